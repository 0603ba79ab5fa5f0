//! The backend's answers about cases, as a terminal hears them: late, twice, to the wrong question, or never.
use crate::devices::{Agenda, Weather, after};
use crate::erika::{CANARY, PSEUDONYM, with_canary};
use catalogue::{LetterPiece, LetterText, LocalTime};
use drivers_api::Job;
use drivers_api::private::PrivateText;
use rand::RngExt;
use rand::rngs::StdRng;
use session::{CaseQuestion, CaseState, CaseTold, Input, KnownCase, Now, StateAt};
use uuid::Uuid;

/// Code of a case that the town knows.
pub const CODE: &str = "K7QF-2M9X-4TH";
/// Code of another one, filed with the same card.
pub const OTHER_CODE: &str = "SECN-DCAS-E2D";
/// A code without a slip that nobody has.
pub const UNKNOWN_CODE: &str = "XNBE-KANN-T1A";
/// The first one with a slip.
pub const SLIP: &str = "K7QF-2N9X-4TH";

/// When the known cases were filed; each state came a day later.
pub const FILED_AT: LocalTime = LocalTime {
    year: 2026,
    month: 11,
    day: 2,
    hour: 9,
    minute: 41,
};

/// Who answers for the backend.
#[derive(Debug, Default)]
pub struct CasesDouble {
    /// How the known cases stand; without it, as chance has it.
    pub state: Option<CaseState>,
    /// Nobody answers.
    pub line_down: bool,
    /// Withdrawals that were asked for.
    pub withdrawals: usize,
    /// Every question there was.
    pub questions: usize,
    /// The last one's number.
    pub last: Option<Job>,
}

impl CasesDouble {
    /// What the terminal will hear because of a question.
    pub fn ask(&mut self, job: Job, question: CaseQuestion, now: Now, weather: Weather, rng: &mut StdRng) -> Agenda {
        self.questions += 1;
        self.last = Some(job);
        let done = after(rng, now, 50, 4_000);
        let told = |job, told| Input::CaseTold { job, told };
        if !rng.random_bool(weather.faults) {
            let answer = self.answer(&question, rng);
            return vec![(done, told(job, answer))];
        }
        match rng.random_range(0..7) {
            0 => Agenda::new(),
            1 => vec![(after(rng, now, 14_000, 60_000), told(job, self.answer(&question, rng)))],
            2 => {
                let again = self.answer(&question, rng);
                let first = self.answer(&question, rng);
                vec![
                    (done, told(job, first)),
                    (after(rng, done, 0, 40_000), told(job, again)),
                ]
            }
            3 => vec![(done, told(Job(job.0 + 1), self.answer(&question, rng)))],
            4 => vec![(
                done,
                told(
                    job,
                    CaseTold::Later {
                        retry_after_s: rng.random_range(0..4_000),
                    },
                ),
            )],
            5 => vec![(done, told(job, CaseTold::Known(Vec::new())))],
            _ => vec![(done, told(job, CaseTold::Unreachable))],
        }
    }

    fn answer(&mut self, question: &CaseQuestion, rng: &mut StdRng) -> CaseTold {
        let state = self
            .state
            .unwrap_or_else(|| CaseState::ALL[rng.random_range(0..CaseState::ALL.len())]);
        if matches!(question, CaseQuestion::Withdraw { .. }) {
            self.withdrawals += 1;
        }
        if self.line_down {
            return CaseTold::Unreachable;
        }
        match question {
            CaseQuestion::ByCode { code } => match number(code.expose()) {
                Some(number) => CaseTold::Known(vec![case(number, state, true)]),
                None => CaseTold::Unknown,
            },
            CaseQuestion::ByCard { pseudonym } if pseudonym.expose() == PSEUDONYM => {
                CaseTold::Known(vec![case(0, state, false), case(1, CaseState::Answered, false)])
            }
            CaseQuestion::ByCard { .. } => CaseTold::Unknown,
            CaseQuestion::Withdraw { code, submission_id } => match number(code.expose()) {
                Some(number) if id(number) != *submission_id => CaseTold::Unknown,
                Some(number) if is_withdrawable(state) || state == CaseState::Withdrawn => {
                    self.state = self.state.map(|_| CaseState::Withdrawn);
                    CaseTold::Known(vec![case(number, CaseState::Withdrawn, true)])
                }
                Some(_) => CaseTold::TooLate,
                None => CaseTold::Unknown,
            },
        }
    }
}

fn number(code: &str) -> Option<u8> {
    match code {
        CODE => Some(0),
        OTHER_CODE => Some(1),
        _ => None,
    }
}

fn id(number: u8) -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001 + u128::from(number))
}

fn is_withdrawable(state: CaseState) -> bool {
    matches!(
        state,
        CaseState::WaitingHere | CaseState::Received | CaseState::OnItsWay
    )
}

/// A case as it is told: a card's list has no letters.
fn case(number: u8, state: CaseState, whole: bool) -> KnownCase {
    let way = [CaseState::Received, CaseState::OnItsWay, CaseState::InWork, state];
    let until = way.iter().position(|passed| *passed == state).unwrap_or(0);
    let first = if state == CaseState::WaitingHere { until } else { 0 };
    let states = way.get(first..=until).unwrap_or_default().iter().enumerate();
    let has_letters = matches!(
        state,
        CaseState::NeedsSomething | CaseState::Answered | CaseState::Rejected
    );
    KnownCase {
        submission_id: id(number),
        code: PrivateText::from(if number == 0 { CODE } else { OTHER_CODE }),
        service: Some(
            if number == 0 {
                "meldebescheinigung"
            } else {
                "gibt-es-nicht-mehr"
            }
            .to_owned(),
        ),
        leika: "99115003012000".to_owned(),
        filed_at: LocalTime {
            day: FILED_AT.day - number,
            ..FILED_AT
        },
        states: states
            .map(|(days, state)| StateAt {
                state: *state,
                at: LocalTime {
                    day: FILED_AT.day + 1 + u8::try_from(days).unwrap_or(0),
                    ..FILED_AT
                },
            })
            .collect(),
        letters: if has_letters && whole {
            vec![letter()]
        } else {
            Vec::new()
        },
        unreadable: 0,
        withdrawable: is_withdrawable(state),
    }
}

/// A letter of two pages, a canary in each text.
fn letter() -> LetterText {
    let private = |rest: &str| PrivateText::from(with_canary(rest).as_str());
    let long: &'static str = LONG;
    LetterText {
        title: private(": Bescheid"),
        issuer: "Stadt Musterstadt, Bürgerbüro".into(),
        issued_at: FILED_AT,
        pieces: vec![
            LetterPiece::Paragraph(private(", sehr geehrte Frau Mustermann,")),
            LetterPiece::Paragraph(private(long)),
            LetterPiece::Heading(private(": Ihre Rechte")),
            LetterPiece::Paragraph(private(long)),
            LetterPiece::Row {
                name: "Aktenzeichen".into(),
                value: PrivateText::from(CANARY),
            },
        ],
    }
}

const LONG: &str = " wohnt in Musterstadt. Wir haben Ihren Antrag geprüft und stellen Ihnen die Bescheinigung aus. Sie \
    gilt für die Anmeldung bei einer Bank und enthält nur, was das Gesetz dafür vorsieht: Familienname, Vornamen, \
    Doktorgrad, Geburtsdatum und die gegenwärtige Anschrift. Sollte etwas davon nicht stimmen, wenden Sie sich bitte an \
    uns; Sie finden uns am Marktplatz, montags bis freitags von acht bis zwölf Uhr. Die Gebühr beträgt zehn Euro.";
