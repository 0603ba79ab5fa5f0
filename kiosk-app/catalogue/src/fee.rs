//! What a service costs: a table of which the first row counts that is valid on the day and whose condition holds.
use crate::answers::Answers;
use crate::check::whole_number;
use crate::condition::{Condition, Verdict};
use crate::field::FieldIndex;
use crate::service::{Cents, Service};
use crate::text::Text;
use crate::words::{Word, Words, fill};
use drivers_api::document::FeeLine;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use jiff::civil::Date;

/// A row of the fee table. The last has neither condition nor days, so there is always one that counts.
#[derive(Debug)]
pub(crate) struct FeeRow {
    pub(crate) id: String,
    pub(crate) cents: Cents,
    /// How often it is charged, and what the second and each further one costs.
    pub(crate) times: Option<(FieldIndex, Cents)>,
    /// First and last day; none: always.
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) when: Option<Condition>,
    /// Percent of value added tax in it; none: it isn't taxed, as what an authority alone can do (UStG §2b).
    pub(crate) vat: Option<u8>,
    pub(crate) text: Text,
}

impl FeeRow {
    /// A clock that isn't set finds no row with days valid.
    fn is_valid(&self, today: Option<Date>) -> bool {
        let begun = self.from.is_none_or(|from| today.is_some_and(|today| from <= today));
        begun && self.until.is_none_or(|until| today.is_some_and(|today| today <= until))
    }

    /// Depends on nothing that the citizen answers.
    fn is_fixed(&self) -> bool {
        self.when.is_none() && self.times.is_none()
    }
}

impl Service {
    /// What these answers cost: zero for who is exempt, `None` where the service has no fee, and as long as it depends
    /// on an answer that is missing.
    pub fn fee(&self, answers: &Answers) -> Option<Cents> {
        let row = self.fee_row(answers)?;
        let Some((field, further)) = row.times else {
            return Some(row.cents);
        };
        let times = whole_number(answers.value(field)?)?;
        let more = Cents::try_from(times.checked_sub(1)?).ok()?;
        row.cents.checked_add(further.checked_mul(more)?)
    }

    /// The fee of these answers in words ("20,00 €, …"); as long as it isn't known, how it is reckoned.
    pub fn fee_text(&self, answers: &Answers, language: Language) -> Option<String> {
        match (self.fee_row(answers), self.fee(answers)) {
            (Some(row), Some(cents)) => Some(self.row_text(row, cents, language)),
            _ => self.fee_overview(answers.today, language),
        }
    }

    /// What the service costs, told before anything is answered.
    pub fn fee_overview(&self, today: Option<Date>, language: Language) -> Option<String> {
        let row = self.fees.iter().find(|row| row.is_valid(today))?;
        if row.is_fixed() {
            return Some(self.row_text(row, row.cents, language));
        }
        // A row of the same name that was valid on other days gives its place to the one of today.
        let amounts: Vec<(&str, String)> = self
            .fees
            .iter()
            .filter(|row| row.is_valid(today))
            .flat_map(|row| {
                let amount = |cents: Cents| self.words.amount(i64::from(cents), language);
                let further = row.times.map(|(_, further)| ("further", amount(further)));
                [Some((row.id.as_str(), amount(row.cents))), further]
                    .into_iter()
                    .flatten()
            })
            .collect();
        let slots: Vec<(&str, &str)> = amounts.iter().map(|(id, amount)| (*id, amount.as_str())).collect();
        Some(fill(self.texts.fee_overview.get(language), &slots))
    }

    /// Percent of value added tax in what these answers cost; 0 where it isn't taxed.
    pub fn fee_tax_percent(&self, answers: &Answers) -> u8 {
        self.fee_row(answers).and_then(|row| row.vat).unwrap_or_default()
    }

    /// The fee line by line, where it has more than one part or tax in it: what its text and the sum don't tell.
    pub(crate) fn fee_lines(&self, answers: &Answers, language: Language) -> Vec<FeeLine> {
        let (Some(row), Some(total)) = (self.fee_row(answers), self.fee(answers)) else {
            return Vec::new();
        };
        let times = row.times.and_then(|(field, _)| whole_number(answers.value(field)?));
        let count = times.and_then(|times| Cents::try_from(times).ok()).unwrap_or(1);
        if total == 0 || (count == 1 && row.vat.is_none()) {
            return Vec::new();
        }
        let line = |label, cents, is_total| self.fee_line(label, cents, row.vat, is_total, language);
        let title = self.title(language);
        let part = |count: Cents, each: Cents| {
            let (count, amount) = (count.to_string(), self.words.amount(i64::from(each), language));
            let slots = [("title", title), ("count", &count), ("amount", &amount)];
            fill(self.words.text(Word::FeeTimes, language), &slots)
        };
        match row.times {
            Some((_, further)) if count > 1 && further != row.cents => vec![
                line(part(1, row.cents), row.cents, false),
                line(part(count - 1, further), total.saturating_sub(row.cents), false),
                line(self.words.text(Word::FeeTotal, language).to_owned(), total, true),
            ],
            Some(_) if count > 1 => vec![line(part(count, row.cents), total, false)],
            _ => vec![line(title.to_owned(), total, false)],
        }
    }

    fn fee_line(&self, label: String, cents: Cents, vat: Option<u8>, is_total: bool, language: Language) -> FeeLine {
        let vat = vat.map(|percent| {
            let amount = self.words.amount(i64::from(tax_in(cents, percent)), language);
            let slots = [("percent", &*percent.to_string()), ("amount", &*amount)];
            fill(self.words.text(Word::FeeVat, language), &slots)
        });
        FeeLine {
            label,
            amount: PrivateText::new(self.words.amount(i64::from(cents), language)),
            vat,
            is_total,
        }
    }

    fn fee_row(&self, answers: &Answers) -> Option<&FeeRow> {
        let reach = self.walk(answers);
        for row in self.fees.iter().filter(|row| row.is_valid(answers.today)) {
            let when = row.when.as_ref();
            match when.map_or(Verdict::Holds, |when| self.verdict(when, &reach, answers)) {
                Verdict::Holds => return Some(row),
                Verdict::Fails => {}
                Verdict::Open => return None,
            }
        }
        None
    }

    fn row_text(&self, row: &FeeRow, cents: Cents, language: Language) -> String {
        let amount = self.words.amount(i64::from(cents), language);
        fill(row.text.get(language), &[("amount", &amount)])
    }
}

/// The tax in a gross amount, to the nearest cent.
fn tax_in(cents: Cents, percent: u8) -> Cents {
    let whole = 100 + u64::from(percent);
    let tax = (u64::from(cents) * u64::from(percent) + whole / 2) / whole;
    Cents::try_from(tax).unwrap_or(cents)
}

impl Words {
    /// "10,00 €".
    pub(crate) fn amount(&self, cents: i64, language: Language) -> String {
        let (euros, rest) = ((cents / 100).to_string(), format!("{:02}", cents % 100));
        fill(
            self.text(Word::FeeAmount, language),
            &[("euros", &euros), ("cents", &rest)],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tax_is_reckoned_to_the_nearest_cent() {
        // 11.90 € are 10.00 € and 19 %; 10.70 € are 10.00 € and 7 %.
        assert_eq!((tax_in(1190, 19), tax_in(1070, 7), tax_in(1000, 0)), (190, 70, 0));
        assert_eq!(tax_in(1, 19), 0);
        assert_eq!(tax_in(Cents::MAX, 100), Cents::MAX.div_ceil(2));
    }

    proptest! {
        #[test]
        fn net_and_tax_make_the_gross(net in 0u32..1_000_000, percent in 0u8..=50) {
            let gross = net + ((u64::from(net) * u64::from(percent) + 50) / 100) as u32;
            prop_assert!(tax_in(gross, percent).abs_diff(gross - net) <= 1);
        }
    }
}
