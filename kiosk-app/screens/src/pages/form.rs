//! Adapter of `form.slint`: fields keep what is typed in them; a view changes only what it has to.
use crate::frame::count;
use crate::pages::follow_up::CODE_INDEX;
use crate::pages::place::{self, MapMemory};
use crate::pages::services::SEARCH_INDEX;
use crate::typed::{TypedField, shape_code, shape_date, shape_digits, shape_iban, shape_money, shape_number};
use crate::{OnTap, ui};
use drivers_api::private::PrivateText;
use session::Tap;
use session::preferences::Look;
use session::view::{Form, FormChoice, FormField, FormFieldKind};
use slint::{ComponentHandle, Model, ModelRc, SharedString, VecModel};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What has to be remembered of the page that is shown.
#[derive(Default)]
pub(crate) struct FormMemory {
    rows: Rc<VecModel<ui::Field>>,
    typed: RefCell<BTreeMap<usize, TypedField>>,
    stamp: Cell<i32>,
    /// The field of the search.
    pub(crate) search: RefCell<TypedField>,
    /// The field of a case code.
    pub(crate) code: RefCell<TypedField>,
    pub(crate) map: Rc<MapMemory>,
}

impl FormMemory {
    /// Forgets all that was typed.
    pub(crate) fn forget(&self) {
        self.rows.set_vec(Vec::new());
        self.typed.borrow_mut().clear();
        self.search.take();
        self.code.take();
        self.map.forget();
    }

    fn next_stamp(&self) -> i32 {
        self.stamp.set(self.stamp.get().wrapping_add(1));
        self.stamp.get()
    }

    fn entry(&self, field: i32) -> Option<ui::Entry> {
        self.rows.iter().find(|row| row.index == field).map(|row| row.entry)
    }
}

/// What a field reads now is told to the session; answers with the text as it should look.
pub(crate) fn entered(on_tap: &OnTap, memory: &Rc<FormMemory>) -> impl Fn(i32, &str) -> SharedString + Clone + 'static {
    let (on_tap, memory) = (on_tap.clone(), memory.clone());
    move |field, text| {
        if field == SEARCH_INDEX {
            memory.search.borrow_mut().typed(text);
            on_tap(Tap::Find(PrivateText::from(text)));
            return SharedString::from(text);
        }
        if field == CODE_INDEX {
            let code = shape_code(text);
            let shown = SharedString::from(&code);
            memory.code.borrow_mut().typed(&code);
            on_tap(Tap::Code(PrivateText::new(code)));
            return shown;
        }
        let text = match memory.entry(field) {
            Some(ui::Entry::Date) => shape_date(text),
            Some(ui::Entry::Number) => shape_number(text),
            Some(ui::Entry::Money) => shape_money(text),
            Some(ui::Entry::Digits) => shape_digits(text),
            Some(ui::Entry::Iban) => shape_iban(text),
            Some(ui::Entry::Text | ui::Entry::YesNo | ui::Entry::Choice | ui::Entry::Place) | None => text.to_owned(),
        };
        let shown = SharedString::from(&text);
        if let Ok(index) = usize::try_from(field) {
            if let Some(typed) = memory.typed.borrow_mut().get_mut(&index) {
                typed.typed(&text);
            }
            on_tap(Tap::Enter {
                field: index,
                text: PrivateText::new(text),
            });
        }
        shown
    }
}

/// A suggestion that was chosen. Nobody typed it, so the field shows it when the session says so.
pub(crate) fn taken(on_tap: &OnTap) -> impl Fn(i32, SharedString) + 'static {
    let on_tap = on_tap.clone();
    move |field, text| {
        if let Ok(field) = usize::try_from(field) {
            let text = PrivateText::from(text.as_str());
            on_tap(Tap::Enter { field, text });
        }
    }
}

/// `new`: another page than before.
pub(crate) fn fill(app: &ui::App, memory: &FormMemory, form: &Form, look: Look, new: bool) {
    let page = app.global::<ui::Form>();
    page.set_title(SharedString::from(&form.title));
    page.set_intro(SharedString::from(&form.intro));
    page.set_position(count(form.position));
    page.set_of(count(form.of));
    page.set_leave_out(form.leave_out);
    if new {
        page.set_fields(ModelRc::from(memory.rows.clone()));
    }
    for (at, field) in form.fields.iter().enumerate() {
        line_up(memory, at, field);
        if let FormFieldKind::Place(map) = &field.kind {
            place::fill(app, &memory.map, field.field, map, look);
        }
    }
    while memory.rows.row_count() > form.fields.len() {
        memory.rows.remove(form.fields.len());
    }
}

pub(crate) fn clear(app: &ui::App) {
    app.global::<ui::Form>().set_fields(ModelRc::default());
    place::clear(app);
}

/// Brings row `at` in line with a field; rows of fields that are no longer shown are taken out.
fn line_up(memory: &FormMemory, at: usize, field: &FormField) {
    let index = count(field.field);
    if let Some(found) =
        (at..memory.rows.row_count()).find(|row| memory.rows.row_data(*row).is_some_and(|r| r.index == index))
    {
        (at..found).for_each(|_| {
            memory.rows.remove(at);
        });
        if let Some(old) = memory.rows.row_data(at) {
            let row = row(memory, field, Some(&old));
            if row != old {
                memory.rows.set_row_data(at, row);
            }
        }
        return;
    }
    memory.rows.insert(at, row(memory, field, None));
}

fn row(memory: &FormMemory, field: &FormField, old: Option<&ui::Field>) -> ui::Field {
    let value = field.value.expose();
    let mut all = memory.typed.borrow_mut();
    let replaced = match all.get_mut(&field.field).filter(|_| old.is_some()) {
        Some(typed) => typed.told(value),
        None => {
            all.insert(field.field, TypedField::new(value));
            true
        }
    };
    let (value, stamp) = match old {
        Some(old) if !replaced => (old.value.clone(), old.stamp),
        _ => (SharedString::from(value), memory.next_stamp()),
    };
    let (entry, choices): (_, &[FormChoice]) = match &field.kind {
        FormFieldKind::Text => (ui::Entry::Text, &[]),
        FormFieldKind::Digits => (ui::Entry::Digits, &[]),
        FormFieldKind::Date => (ui::Entry::Date, &[]),
        FormFieldKind::Iban => (ui::Entry::Iban, &[]),
        FormFieldKind::Number { .. } => (ui::Entry::Number, &[]),
        FormFieldKind::Money => (ui::Entry::Money, &[]),
        FormFieldKind::YesNo => (ui::Entry::YesNo, &[]),
        FormFieldKind::Place(_) => (ui::Entry::Place, &[]),
        FormFieldKind::Select { choices } => (ui::Entry::Choice, choices),
    };
    let choices = choices.iter().map(|choice| ui::Choice {
        key: SharedString::from(&choice.key),
        label: SharedString::from(&choice.label),
    });
    let suggestions = field.suggestions.iter().map(|text| text.expose().into());
    ui::Field {
        index: count(field.field),
        label: SharedString::from(&field.label),
        hint: SharedString::from(&field.hint),
        entry,
        value,
        stamp,
        from_card: field.from_card,
        editable: field.editable,
        required: field.required,
        error: SharedString::from(field.error.as_deref().unwrap_or_default()),
        choices: super::put(
            old.map(|old| old.choices.clone()).unwrap_or_default(),
            choices.collect(),
        ),
        suggestions: super::put(
            old.map(|old| old.suggestions.clone()).unwrap_or_default(),
            suggestions.collect(),
        ),
    }
}
