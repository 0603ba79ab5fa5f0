//! Tables of the town: what follows from an address, so that nobody has to be asked for it (the zone in which one parks).
use crate::answers::{Answer, Answers};
use crate::field::FieldIndex;
use crate::service::Service;
use crate::suggest::{key, split_number};
use drivers_api::private::PrivateText;
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Where the tables are, and how their names end.
pub const TABLES: &str = "tables";
/// See [`TABLES`].
pub const TABLE_END: &str = ".csv";

/// A table: streets, maybe by house numbers, and what belongs to them.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// What is told of a street, by name.
    pub(crate) columns: Vec<String>,
    /// By street, see [`street_key`].
    pub(crate) rows: BTreeMap<String, Vec<TableRow>>,
}

/// Some houses of a street.
#[derive(Debug)]
pub(crate) struct TableRow {
    /// Its line in the file.
    pub(crate) line: usize,
    /// `None`: the whole street.
    pub(crate) numbers: Option<Numbers>,
    /// In the order of the columns.
    pub(crate) values: Vec<String>,
}

/// House numbers, both ends counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) side: Side,
}

/// Which side of a street.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Both,
    Odd,
    Even,
}

impl Numbers {
    /// False when some house is in both.
    pub(crate) fn is_apart_from(self, other: Self) -> bool {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        let sides = match (self.side, other.side) {
            (Side::Odd, Side::Even) | (Side::Even, Side::Odd) => return true,
            (Side::Both, side) | (side, _) => side,
        };
        // Two neighbouring numbers hold both sides.
        let holds = |number: u32| sides.holds(number);
        !(from <= to && (holds(from) || (from < to && holds(from + 1))))
    }

    fn holds(self, number: u32) -> bool {
        (self.from..=self.to).contains(&number) && self.side.holds(number)
    }
}

impl Side {
    fn holds(self, number: u32) -> bool {
        match self {
            Self::Both => true,
            Self::Odd => !number.is_multiple_of(2),
            Self::Even => number.is_multiple_of(2),
        }
    }
}

/// What counts of a street's name: "Hauptstr." and "Haupt Strasse" are one.
pub(crate) fn street_key(name: &str) -> Zeroizing<String> {
    const LONG: &str = "asse";
    let short = key(name);
    let mut whole = Zeroizing::new(String::with_capacity(short.len() + LONG.len()));
    whole.push_str(&short);
    if short.ends_with("str") {
        whole.push_str(LONG);
    }
    whole
}

impl Table {
    /// What stands in that column for an address ("Heidestr. 17 a"); nothing for one that the table doesn't know.
    pub(crate) fn find(&self, address: &str, column: usize) -> Option<&str> {
        let (street, number) = split_number(address);
        let rows = self.rows.get(street_key(street).as_str())?;
        let digits = number.split(|c: char| !c.is_ascii_digit()).next();
        let number: Option<u32> = digits.and_then(|digits| digits.parse().ok());
        let fits = |row: &&TableRow| match (row.numbers, number) {
            (None, _) => true,
            (Some(numbers), Some(number)) => numbers.holds(number),
            (Some(_), None) => false,
        };
        let row = rows.iter().find(fits)?;
        row.values.get(column).map(String::as_str)
    }
}

/// An answer that follows from another one.
#[derive(Debug)]
pub(crate) struct Follows {
    /// The answer.
    pub(crate) field: FieldIndex,
    /// The address it follows from.
    pub(crate) by: FieldIndex,
    pub(crate) table: Arc<Table>,
    pub(crate) column: usize,
}

impl Follows {
    fn find(&self, answers: &Answers) -> Option<&str> {
        self.table.find(answers.value(self.by)?, self.column)
    }
}

impl Service {
    /// True while the answer follows from another one, so that nobody types it.
    pub(crate) fn is_known(&self, field: FieldIndex, answers: &Answers) -> bool {
        let mut follows = self.follows.iter().filter(|follows| follows.field == field);
        follows.any(|follows| follows.find(answers).is_some())
    }

    /// Which answers follow from others now; to be handed to [`Self::follow`] after a change.
    pub(crate) fn known(&self, answers: &Answers) -> u64 {
        let known = self.follows.iter().enumerate();
        let known = known.filter(|(_, follows)| follows.find(answers).is_some());
        known.fold(0, |set, (at, _)| set | 1 << at)
    }

    /// Puts in what follows from the answers now, and takes back what followed before and doesn't any more.
    pub(crate) fn follow(&self, before: u64, answers: &mut Answers) {
        for (at, follows) in self.follows.iter().enumerate() {
            match follows.find(answers) {
                Some(value) => {
                    let answer = Answer {
                        text: PrivateText::from(value),
                        from_card: false,
                    };
                    answers.set(follows.field, Some(answer));
                }
                None if before & (1 << at) != 0 => answers.set(follows.field, None),
                None => {}
            }
        }
    }
}
