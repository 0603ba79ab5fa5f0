//! Fills a form with the first choice of each.
use super::Player;
use crate::Fault;
use session::view::{Form, FormField, FormFieldKind, Paper, Screen};

/// Pages of a form at most; more means that it doesn't come to its end.
const PAGES_MAX: usize = 30;

/// The receipt is there to be taken.
pub(super) fn is_printed(screen: &Screen) -> bool {
    matches!(screen, Screen::Receipt(receipt) if matches!(receipt.paper, Paper::Printed(_)))
}

impl Player {
    pub(super) fn fill_form(&mut self) -> Result<(), Fault> {
        for _page in 0..PAGES_MAX {
            let Screen::Form(form) = &self.view.screen else {
                return Ok(());
            };
            let (page, name) = (form.page, format!("form_{}", form.page + 1));
            let wanted: Vec<String> = form
                .fields
                .iter()
                .filter_map(|field| self.first_choice(field))
                .collect();
            for label in wanted {
                self.tap(&label)?;
            }
            self.keep(&name)?;
            self.press("Weiter")?;
            let answered = |form: &Form| form.page != page || form.fields.iter().any(|field| field.error.is_some());
            self.until("form", |screen| {
                matches!(screen, Screen::Review(_)) || matches!(screen, Screen::Form(form) if answered(form))
            })?;
            if let Screen::Form(form) = &self.view.screen
                && form.page == page
            {
                return Err(format!("page {page} of the form is not accepted").into());
            }
        }
        Err("the form doesn't come to its end".into())
    }

    /// The label to touch for a field that still wants an answer.
    fn first_choice(&self, field: &FormField) -> Option<String> {
        if !field.value.is_empty() || !field.editable || !field.required {
            return None;
        }
        match &field.kind {
            FormFieldKind::Select { choices } => choices.first().map(|choice| choice.label.clone()),
            FormFieldKind::Number { min, .. } => Some(min.to_string()),
            FormFieldKind::YesNo => Some(self.guise.label("Ja")),
            FormFieldKind::Place(_)
            | FormFieldKind::Text
            | FormFieldKind::Digits
            | FormFieldKind::Iban
            | FormFieldKind::Money
            | FormFieldKind::Date => None,
        }
    }
}
