//! What the page says, in two languages. Whoever reads it was shown a paper and knows nothing of us.
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};
use wire::case_status::CaseState;

/// One language.
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) form: Text,
    pub(super) genuine: Text,
    pub(super) withdrawn: Text,
    pub(super) unknown: Text,
    pub(super) slip: Text,
    pub(super) later: Text,
    pub(super) away: Text,
    /// Labels of what is told: service, office, day, state.
    pub(super) labels: [&'static str; 4],
    /// What the page can't tell.
    pub(super) limits: &'static str,
    pub(super) again: &'static str,
    months: [&'static str; 12],
    day_mark: &'static str,
    states: States,
}

/// A heading and what stands below it.
pub(super) struct Text {
    pub(super) heading: &'static str,
    pub(super) paragraphs: &'static [&'static str],
}

struct States {
    arrived: &'static str,
    at_the_office: &'static str,
    in_work: &'static str,
    decided: &'static str,
    withdrawn: &'static str,
}

impl Words {
    /// How a case stands, for somebody whom it doesn't concern: that it is decided, and not how; that somebody works on
    /// it, and not what they wait for.
    pub(super) fn state(&self, state: CaseState) -> &'static str {
        match state {
            CaseState::WaitingHere | CaseState::Received => self.states.arrived,
            CaseState::OnItsWay => self.states.at_the_office,
            CaseState::InWork | CaseState::NeedsSomething => self.states.in_work,
            CaseState::Answered | CaseState::Rejected => self.states.decided,
            CaseState::Withdrawn => self.states.withdrawn,
        }
    }

    /// `22. November 2026`, `22 November 2026`; `?` for a time that no calendar has.
    pub(super) fn day(&self, at: i64, zone: &TimeZone) -> String {
        let Ok(at) = Timestamp::from_second(at) else {
            return "?".to_owned();
        };
        let day: Date = at.to_zoned(zone.clone()).date();
        let month = usize::try_from(day.month() - 1).unwrap_or_default();
        let month = self.months.get(month).copied().unwrap_or("?");
        format!("{}{} {month} {}", day.day(), self.day_mark, day.year())
    }
}

pub(super) static GERMAN: Words = Words {
    lang: "de",
    form: Text {
        heading: "Beleg prüfen",
        paragraphs: &[
            "Auf dem Beleg aus einem Terminal steht ein Prüfcode. Geben Sie ihn hier ein. Dann sehen Sie, ob der Beleg echt ist.",
        ],
    },
    genuine: Text {
        heading: "Dieser Beleg ist echt",
        paragraphs: &["Bitte vergleichen Sie, was hier steht, mit dem Papier."],
    },
    withdrawn: Text {
        heading: "Dieser Beleg ist echt, aber der Antrag wurde zurückgezogen",
        paragraphs: &["Bitte vergleichen Sie, was hier steht, mit dem Papier."],
    },
    unknown: Text {
        heading: "Diesen Beleg kennen wir nicht",
        paragraphs: &[
            "Bitte vergleichen Sie den Prüfcode noch einmal mit dem Papier.",
            "War die Leitung des Terminals gestört, kann es einige Tage dauern, bis der Beleg hier bekannt ist.",
            "Im Zweifel fragen Sie bitte im Rathaus nach.",
        ],
    },
    slip: Text {
        heading: "Da stimmt etwas am Prüfcode nicht",
        paragraphs: &[
            "Ein Zeichen ist falsch, fehlt oder ist zu viel. Bitte vergleichen Sie den Code Zeichen für Zeichen mit dem Papier.",
        ],
    },
    later: Text {
        heading: "Gerade wird sehr viel geprüft",
        paragraphs: &["Bitte versuchen Sie es in einer Minute noch einmal."],
    },
    away: Text {
        heading: "Gerade können wir nicht nachsehen",
        paragraphs: &["Das liegt an uns, nicht an Ihrem Beleg. Bitte versuchen Sie es später noch einmal."],
    },
    labels: ["Es geht um", "Zuständig", "Eingereicht am", "Stand"],
    limits: "Mehr sagt diese Seite nicht. Ob Namen und andere Angaben auf dem Papier stimmen, kann sie nicht prüfen.",
    again: "Einen anderen Beleg prüfen",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    day_mark: ".",
    states: States {
        arrived: "Der Antrag ist angekommen.",
        at_the_office: "Der Antrag ist beim zuständigen Amt.",
        in_work: "Der Antrag wird bearbeitet.",
        decided: "Der Antrag ist fertig bearbeitet. Das Ergebnis erfährt nur, wer ihn gestellt hat.",
        withdrawn: "Der Antrag wurde zurückgezogen. Er wird nicht bearbeitet.",
    },
};

pub(super) static ENGLISH: Words = Words {
    lang: "en",
    form: Text {
        heading: "Check a receipt",
        paragraphs: &[
            "There is a check code on each receipt from a terminal. Type it in the field above to see whether the receipt is genuine.",
        ],
    },
    genuine: Text {
        heading: "This receipt is genuine",
        paragraphs: &["Please compare what it says here with the paper."],
    },
    withdrawn: Text {
        heading: "This receipt is genuine, but the application was withdrawn",
        paragraphs: &["Please compare what it says here with the paper."],
    },
    unknown: Text {
        heading: "We don’t know this receipt",
        paragraphs: &[
            "Please compare the check code with the paper once more.",
            "If the terminal’s line was down, it can take some days until the receipt is known here.",
            "If in doubt, please ask at the town hall.",
        ],
    },
    slip: Text {
        heading: "Something is wrong with the check code",
        paragraphs: &[
            "A character is wrong, missing, or one too many. Please compare the code with the paper, character by character.",
        ],
    },
    later: Text {
        heading: "Very many receipts are being checked",
        paragraphs: &["Please try again in a minute."],
    },
    away: Text {
        heading: "We can’t look it up right now",
        paragraphs: &["This is our fault, not your receipt’s. Please try again later."],
    },
    labels: ["What it is about", "Office", "Filed on", "How it stands"],
    limits: "This page tells no more. It can’t check whether names and other details on the paper are right.",
    again: "Check another receipt",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    day_mark: "",
    states: States {
        arrived: "The application has arrived.",
        at_the_office: "The application is with the office in charge.",
        in_work: "Somebody is working on the application.",
        decided: "The application has been dealt with. Only the person who made it learns the result.",
        withdrawn: "The application was withdrawn. Nobody works on it.",
    },
};
