//! The words every service shares: labels of the receipt, problem texts, month names. They come from `words.de.toml`,
//! `words.en.toml` and what other languages have, so that no sentence for citizens stands in code.
use crate::fault::Faults;
use crate::load::view::View;
use crate::load::words::bundled_words;
use crate::text::Text;
use drivers_api::language::Language;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

macro_rules! words {
    ($($name:ident = $key:literal [$($slot:literal),*],)*) => {
        /// A shared word or sentence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Word { $($name,)* }

        /// Each word, its key in the files (`table.key`), and the slots its text may have.
        pub(crate) const WORDS: &[(Word, &str, &[&str])] = &[$((Word::$name, $key, &[$($slot),*]),)*];
    };
}

words! {
    ProblemMissing = "problem.missing" [],
    ProblemNotChosen = "problem.not_chosen" [],
    ProblemTooLong = "problem.too_long" ["max"],
    ProblemNotADate = "problem.not_a_date" [],
    ProblemTooEarly = "problem.too_early" ["day"],
    ProblemTooLate = "problem.too_late" ["day"],
    ProblemWrongWeekday = "problem.wrong_weekday" ["days"],
    ProblemNotMoney = "problem.not_money" [],
    ProblemMoneyOutOfRange = "problem.money_out_of_range" ["min", "max"],
    ProblemNotAnEmail = "problem.not_an_email" [],
    ProblemNotAPhone = "problem.not_a_phone" [],
    ProblemNotAPlate = "problem.not_a_plate" [],
    ProblemNotANumber = "problem.not_a_number" [],
    ProblemOutOfRange = "problem.out_of_range" ["min", "max"],
    ProblemNotAChoice = "problem.not_a_choice" [],
    ProblemNotDigits = "problem.not_digits" ["count"],
    ProblemNotAnIban = "problem.not_an_iban" [],
    ProblemBadCharacter = "problem.bad_character" [],
    DateFull = "date.full" ["day", "month", "year"],
    DateMonth = "date.month_and_year" ["month", "year"],
    DateYear = "date.year" ["year"],
    DateUnknown = "date.unknown" [],
    DateTime = "date.with_time" ["date", "hour", "minute"],
    AnswerYes = "answer.yes" [],
    AnswerNo = "answer.no" [],
    AnswerBlank = "answer.blank" [],
    AnswerFromCard = "answer.from_card" ["value"],
    PlaceNear = "place.near" ["name", "square"],
    PlaceSquare = "place.square" ["square"],
    FeeAmount = "fee.amount" ["euros", "cents"],
    FeeLine = "fee.line" ["fee"],
    FeeTimes = "fee.times" ["title", "count", "amount"],
    FeeVat = "fee.vat" ["percent", "amount"],
    FeeTotal = "fee.total" [],
    PayLabel = "pay.label" [],
    PayPaid = "pay.paid" ["amount", "card"],
    PayCard = "pay.card" [],
    PayNumber = "pay.number" ["number"],
    PayCounter = "pay.counter" ["amount"],
    PayInvoice = "pay.invoice" ["amount"],
    PayUnclear = "pay.unclear" ["amount"],
    PaySlip = "pay.slip" [],
    ReceiptTitle = "receipt.title" [],
    ReceiptFooter = "receipt.footer" ["service", "code"],
    ReceiptService = "receipt.service" [],
    ReceiptAuthority = "receipt.authority" [],
    ReceiptFiledAt = "receipt.filed_at" [],
    ReceiptFee = "receipt.fee" [],
    ReceiptLegalBasis = "receipt.legal_basis" [],
    ReceiptRetention = "receipt.retention" [],
    ReceiptCodeLabel = "receipt.code_label" [],
    ReceiptCodeAlt = "receipt.code_alt" ["code"],
    ReceiptOnItsWay = "receipt.on_its_way" ["authority"],
    ReceiptWaiting = "receipt.waiting_for_line" ["authority"],
    ReceiptNotProven = "receipt.not_proven" [],
    ReceiptNextHeading = "receipt.next_heading" [],
    ReceiptKeepCode = "receipt.keep_code" [],
    ReceiptCopyHeading = "receipt.copy_heading" [],
    ReceiptCopyIntro = "receipt.copy_intro" [],
    ReceiptFromCardNote = "receipt.from_card_note" [],
    ReceiptContactHeading = "receipt.contact_heading" [],
    ReceiptContactOffice = "receipt.contact_office" [],
    ReceiptContactAddress = "receipt.contact_address" [],
    ReceiptContactEmail = "receipt.contact_email" [],
    ReceiptContactWebsite = "receipt.contact_website" [],
    ReceiptOnlyGerman = "receipt.only_german" [],
    ReceiptCopy = "receipt.copy" [],
    CheckHeading = "check.heading" [],
    CheckLabel = "check.label" [],
    CheckAlt = "check.alt" ["code"],
    CheckNote = "check.note" ["address"],
    PapersCounter = "papers.counter" [],
    PapersPost = "papers.post" [],
    PapersKnown = "papers.known" [],
    PapersHeading = "papers.heading" [],
    PapersNote = "papers.note" ["code"],
    PapersLine = "papers.line" ["papers"],
    NumberHeading = "number.heading" [],
    NumberNext = "number.next" [],
    NumberAhead = "number.ahead" ["count"],
    NumberWait = "number.wait" [],
    NumberDrawnAt = "number.drawn_at" ["at"],
    PinTitle = "pin_note.title" [],
    PinFooter = "pin_note.footer" [],
    PinIntro = "pin_note.intro" [],
    PinBringHeading = "pin_note.bring_heading" [],
    PinBring = "pin_note.bring" [],
    PinThenHeading = "pin_note.then_heading" [],
    PinThen = "pin_note.then" [],
    PinWhereHeading = "pin_note.where_heading" [],
    FollowUpTitle = "follow_up.title" [],
    FollowUpPurpose = "follow_up.purpose" [],
    FollowUpLegalBasis = "follow_up.legal_basis" [],
    FollowUpCase = "follow_up.case" [],
    LetterTitle = "follow_up.letter_title" [],
    LetterFooter = "follow_up.letter_footer" ["service"],
    LetterFrom = "follow_up.letter_from" [],
    LetterDay = "follow_up.letter_day" [],
    WithdrawnTitle = "follow_up.withdrawn_title" [],
    WithdrawnText = "follow_up.withdrawn_text" [],
    WithdrawnAt = "follow_up.withdrawn_at" [],
    CardHeading = "card.heading" [],
    CardOldEnough = "card.old_enough" ["years"],
    CardYesOrNo = "card.yes_or_no" [],
    CardNoDate = "card.no_date" [],
    CardNoAddress = "card.no_address" [],
    CardPseudonym = "card.pseudonym" [],
    CardPseudonymNote = "card.pseudonym_note" [],
    CardPseudonymFind = "card.pseudonym_find" [],
    CardPseudonymSent = "card.pseudonym_sent" [],
    CardNotOnChip = "card.not_on_chip" [],
}

/// Months of a year.
pub(crate) const MONTHS: usize = 12;

/// All shared words in the languages that have them; German has all.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// In the order of [`WORDS`].
    pub(crate) texts: Vec<Text>,
    pub(crate) months: Vec<Text>,
    /// By code (TR-03127 §3.4.3).
    pub(crate) document_types: Names,
    /// By code (ICAO 9303-3 §5).
    pub(crate) states: Names,
}

/// Names of codes.
pub(crate) type Names = BTreeMap<String, Text>;

impl Words {
    /// The words built into the program.
    pub(crate) fn bundled() -> &'static Arc<Self> {
        // A test keeps the built-in files free of faults; without it texts would be empty, and nothing would stop.
        static BUNDLED: LazyLock<Arc<Words>> =
            LazyLock::new(|| Arc::new(bundled_words(&mut Faults::default()).unwrap_or_default()));
        &BUNDLED
    }

    /// The text of a word, with its slots.
    pub(crate) fn text(&self, word: Word, language: Language) -> &str {
        self.texts.get(word as usize).map_or("", |text| text.get(language))
    }

    /// Name of a month, 1–12.
    pub(crate) fn month(&self, month: u8, language: Language) -> &str {
        usize::from(month)
            .checked_sub(1)
            .and_then(|at| self.months.get(at))
            .map_or("", |text| text.get(language))
    }

    /// Name of a document type.
    pub(crate) fn document_type(&self, code: &str, language: Language) -> Option<&str> {
        self.document_types.get(code).map(|name| name.get(language))
    }

    /// Name of a state.
    pub(crate) fn state(&self, code: &str, language: Language) -> Option<&str> {
        self.states.get(code).map(|name| name.get(language))
    }

    /// A text without slots in `[receipt]`, for receipt templates.
    pub(crate) fn receipt_text(&self, key: &str) -> Option<&Text> {
        let (word, _, _) = WORDS
            .iter()
            .find(|(_, name, slots)| slots.is_empty() && name.strip_prefix("receipt.") == Some(key))?;
        self.texts.get(*word as usize)
    }
}

/// Reports slots (`{name}`) that nobody fills, and slots that are missing.
pub(crate) fn check_slots(view: &View<'_>, key: &str, text: &str, slots: &[&str], faults: &mut Faults) {
    for slot in slots_of(text).filter(|slot| !slots.contains(slot)) {
        let what = format!("nobody fills {{{}}} in `{key}`", crate::load::view::shorten(slot));
        let known: Vec<String> = slots.iter().map(|slot| format!("{{{slot}}}")).collect();
        view.fault(
            faults,
            view.line_of(key),
            what,
            format!("filled are: {}", known.join(" ")),
        );
    }
    for slot in slots
        .iter()
        .filter(|slot| !text.is_empty() && !slots_of(text).any(|used| used == **slot))
    {
        view.fault(
            faults,
            view.line_of(key),
            format!("`{key}` lacks {{{slot}}}"),
            format!("say where {{{slot}}} goes"),
        );
    }
}

fn slots_of(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(slot, _)| slot))
}

/// Puts values into the slots of a text. The result's buffer is made in its final size: values may be personal data,
/// and a growing buffer would leave copies behind.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut len = 0;
    pieces(template, values, |piece| len += piece.len());
    let mut text = String::with_capacity(len);
    pieces(template, values, |piece| text.push_str(piece));
    text
}

fn pieces<'a>(template: &'a str, values: &[(&str, &'a str)], mut take: impl FnMut(&'a str)) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        take(before);
        let value = after.split_once('}').and_then(|(slot, tail)| {
            values
                .iter()
                .find(|(name, _)| *name == slot)
                .map(|(_, value)| (*value, tail))
        });
        rest = match value {
            Some((value, tail)) => {
                take(value);
                tail
            }
            None => {
                take("{");
                after
            }
        };
    }
    take(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_in_one_buffer() {
        let text = fill("{a}–{b}: {a} {unknown} {", &[("a", "{b}"), ("b", "ö")]);
        assert_eq!(text, "{b}–ö: {b} {unknown} {");
        assert_eq!(text.capacity(), text.len());
    }

    #[test]
    fn bundled_words_have_no_fault() {
        let words = Words::bundled();
        let mut faults = Faults::default();
        bundled_words(&mut faults);
        assert!(faults.into_list().is_empty());
        assert_eq!((words.texts.len(), words.months.len()), (WORDS.len(), MONTHS));
        assert_eq!(words.month(8, Language::German), "August");
        assert_eq!(words.month(8, Language::EasyGerman), "August");
        for (index, (word, ..)) in WORDS.iter().enumerate() {
            assert_eq!(*word as usize, index);
        }
    }
}
