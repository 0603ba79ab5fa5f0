//! The pages of the board: what of it is shown where.
use super::{TownBoard, local};
use crate::view::{BoardEntry, BoardFact, BoardFactKind, BoardSection, BoardState, BoardView};
use catalogue::LocalTime;
use drivers_api::language::Language;
use jiff::civil::DateTime;
use wire::board::{Clock, Day, Hours, Link, Meeting, Moment, Office, OpenNow, Paper};

/// Special days that an office's page tells.
const SPECIAL_DAYS_MAX: usize = 8;

impl TownBoard {
    pub(super) fn overview(&self, language: Language, now: Option<LocalTime>) -> BoardView {
        let entry = |section| BoardEntry {
            section: Some(section),
            // How the first office stands is what most people want to know.
            state: match (section, self.board.offices.items.first()) {
                (BoardSection::Offices, Some(office)) => opening(office, language, now),
                _ => BoardState::None,
            },
            opens: true,
            ..BoardEntry::default()
        };
        BoardView {
            entries: self.sections().map(entry).collect(),
            ..BoardView::default()
        }
    }

    pub(super) fn list(&self, section: BoardSection, language: Language, now: Option<LocalTime>) -> BoardView {
        let board = &self.board;
        let opens = |title: &dyn ToString| BoardEntry {
            title: title.to_string(),
            opens: true,
            ..BoardEntry::default()
        };
        let entries = match section {
            BoardSection::News => board
                .news
                .items
                .iter()
                .map(|news| BoardEntry {
                    when: day_text(news.day, language),
                    ..opens(&news.title)
                })
                .collect(),
            BoardSection::Council => board
                .meetings
                .items
                .iter()
                .map(|meeting| BoardEntry {
                    when: moment_text(meeting.start, language),
                    text: meeting.place.to_string(),
                    state: state_of(meeting),
                    ..opens(&meeting.name)
                })
                .collect(),
            BoardSection::Consultations => board
                .consultations
                .items
                .iter()
                .map(|one| BoardEntry {
                    state: one
                        .until
                        .map_or(BoardState::None, |day| BoardState::Until(day_text(Some(day), language))),
                    ..opens(&one.title)
                })
                .collect(),
            BoardSection::Offices => board
                .offices
                .items
                .iter()
                .map(|office| BoardEntry {
                    text: office.place.to_string(),
                    state: opening(office, language, now),
                    ..opens(&office.name)
                })
                .collect(),
            BoardSection::Responsible => board
                .responsible
                .items
                .iter()
                .map(|one| BoardEntry {
                    text: one.office.to_string(),
                    ..opens(&one.service)
                })
                .collect(),
            BoardSection::Found => Vec::new(),
        };
        BoardView {
            entries,
            ..BoardView::default()
        }
    }

    /// Found things of these places.
    pub(super) fn found_list(&self, shown: &[usize], words: &str, language: Language) -> BoardView {
        let things = shown.iter().filter_map(|at| self.board.found.items.get(*at));
        let entries: Vec<BoardEntry> = things
            .map(|found| BoardEntry {
                title: match found.what.is_empty() {
                    true => found.kind.to_string(),
                    false => found.what.to_string(),
                },
                text: found.place.to_string(),
                when: day_text(found.day, language),
                opens: true,
                ..BoardEntry::default()
            })
            .collect();
        let more = match words.trim().is_empty() {
            true => self.board.found.items.len() - entries.len(),
            false => 0,
        };
        BoardView {
            entries,
            more,
            ..BoardView::default()
        }
    }

    pub(super) fn one(
        &self,
        section: BoardSection,
        at: usize,
        language: Language,
        now: Option<LocalTime>,
    ) -> BoardView {
        let board = &self.board;
        let view = match section {
            BoardSection::News => board.news.items.get(at).map(|news| BoardView {
                title: news.title.to_string(),
                facts: facts([(BoardFactKind::Day, day_text(news.day, language), false)]),
                paragraphs: news.text.paragraphs().to_vec(),
                link: shown(news.link.as_ref()),
                ..BoardView::default()
            }),
            BoardSection::Council => board
                .meetings
                .items
                .get(at)
                .map(|meeting| self.meeting(meeting, language)),
            BoardSection::Consultations => board.consultations.items.get(at).map(|one| BoardView {
                title: one.title.to_string(),
                entries: one
                    .until
                    .into_iter()
                    .map(|day| BoardEntry {
                        state: BoardState::Until(day_text(Some(day), language)),
                        ..BoardEntry::default()
                    })
                    .collect(),
                paragraphs: one.text.paragraphs().to_vec(),
                link: shown(one.link.as_ref()),
                ..BoardView::default()
            }),
            BoardSection::Found => board.found.items.get(at).map(|found| BoardView {
                title: found.what.to_string(),
                facts: facts([
                    (BoardFactKind::Kind, found.kind.to_string(), true),
                    (BoardFactKind::When, day_text(found.day, language), false),
                    (BoardFactKind::Where, found.place.to_string(), true),
                    (BoardFactKind::Number, found.number.to_string(), true),
                ]),
                ..BoardView::default()
            }),
            BoardSection::Offices => board
                .offices
                .items
                .get(at)
                .map(|office| office_page(office, language, now)),
            BoardSection::Responsible => board.responsible.items.get(at).map(|one| BoardView {
                title: one.service.to_string(),
                facts: facts([
                    (BoardFactKind::Office, one.office.to_string(), true),
                    (BoardFactKind::Where, one.address.to_string(), true),
                    (BoardFactKind::Phone, one.phone.to_string(), false),
                ]),
                paragraphs: one.opening.paragraphs().to_vec(),
                link: shown(one.link.as_ref()),
                ..BoardView::default()
            }),
        };
        view.unwrap_or_default()
    }

    /// An item of the agenda, then its papers, which open.
    fn meeting(&self, meeting: &Meeting, language: Language) -> BoardView {
        let mut entries = Vec::new();
        for item in &meeting.agenda {
            entries.push(BoardEntry {
                title: match item.number.is_empty() {
                    true => item.title.to_string(),
                    false => format!("{} {}", item.number, item.title),
                },
                state: match item.closed {
                    true => BoardState::NotPublic,
                    false => BoardState::None,
                },
                ..BoardEntry::default()
            });
            let papers = item.papers.iter().filter_map(|place| self.paper_at(*place));
            entries.extend(papers.map(|(_, paper)| BoardEntry {
                title: paper.name.to_string(),
                text: paper.reference.to_string(),
                opens: true,
                ..BoardEntry::default()
            }));
        }
        BoardView {
            title: meeting.name.to_string(),
            facts: facts([
                (BoardFactKind::When, moment_text(meeting.start, language), false),
                (BoardFactKind::Where, meeting.place.to_string(), true),
            ]),
            entries,
            link: shown(meeting.link.as_ref()),
            ..BoardView::default()
        }
    }

    /// For each entry of a meeting's page the paper that it opens, if it is one.
    pub(super) fn papers_of(&self, meeting: usize) -> Vec<Option<usize>> {
        let mut papers = Vec::new();
        let agenda = self
            .board
            .meetings
            .items
            .get(meeting)
            .map(|meeting| meeting.agenda.as_slice());
        for item in agenda.unwrap_or_default() {
            papers.push(None);
            papers.extend(
                item.papers
                    .iter()
                    .filter_map(|place| self.paper_at(*place))
                    .map(|(at, _)| Some(at)),
            );
        }
        papers
    }

    fn paper_at(&self, place: u32) -> Option<(usize, &Paper)> {
        let at = usize::try_from(place).ok()?;
        Some((at, self.board.papers.get(at)?))
    }

    pub(super) fn paper(&self, at: usize, language: Language) -> BoardView {
        let Some(paper) = self.board.papers.get(at) else {
            return BoardView::default();
        };
        BoardView {
            title: paper.name.to_string(),
            facts: facts([
                (BoardFactKind::Kind, paper.kind.to_string(), true),
                (BoardFactKind::Number, paper.reference.to_string(), true),
                (BoardFactKind::Day, day_text(paper.day, language), false),
            ]),
            paragraphs: paper.text.paragraphs().to_vec(),
            link: shown(paper.link.as_ref()),
            ..BoardView::default()
        }
    }
}

fn office_page(office: &Office, language: Language, now: Option<LocalTime>) -> BoardView {
    let mut all = vec![
        (BoardFactKind::Where, office.place.to_string(), true),
        (BoardFactKind::Phone, office.phone.to_string(), false),
        (BoardFactKind::Note, office.note.to_string(), true),
    ];
    all.retain(|(_, value, _)| !value.is_empty());
    for (weekday, hours) in (0u8..).zip(&office.week) {
        all.push((BoardFactKind::Weekday(weekday), hours_text(hours), false));
    }
    let today = now.and_then(|now| now.day());
    let coming = today.map(|today| office.coming(Day(today)).take(SPECIAL_DAYS_MAX));
    for exception in coming.into_iter().flatten() {
        let from = day_text(Some(exception.from), language);
        let days = match exception.from == exception.until {
            true => from,
            false => format!("{from} – {}", day_text(Some(exception.until), language)),
        };
        let kind = BoardFactKind::SpecialDay(days, exception.why.to_string());
        all.push((kind, hours_text(&exception.hours), false));
    }
    let state = opening(office, language, now);
    BoardView {
        title: office.name.to_string(),
        entries: match state {
            BoardState::None => Vec::new(),
            state => vec![BoardEntry {
                state,
                ..BoardEntry::default()
            }],
        },
        facts: all
            .into_iter()
            .map(|(kind, value, german)| BoardFact { kind, value, german })
            .collect(),
        ..BoardView::default()
    }
}

/// Facts that say something.
fn facts<const N: usize>(all: [(BoardFactKind, String, bool); N]) -> Vec<BoardFact> {
    let told = all.into_iter().filter(|(_, value, _)| !value.is_empty());
    told.map(|(kind, value, german)| BoardFact { kind, value, german })
        .collect()
}

fn state_of(meeting: &Meeting) -> BoardState {
    match meeting.cancelled {
        true => BoardState::Cancelled,
        false => BoardState::None,
    }
}

/// How an office stands; nothing while the town's clock isn't known.
fn opening(office: &Office, language: Language, now: Option<LocalTime>) -> BoardState {
    let Some(moment) = now.and_then(moment) else {
        return BoardState::None;
    };
    match office.at(moment) {
        OpenNow::Open { until } => BoardState::OpenUntil(clock_text(until)),
        OpenNow::Later { at } => BoardState::OpensAt(clock_text(at)),
        OpenNow::Closed { next: Some(next) } => BoardState::OpensOn(moment_text(next, language)),
        OpenNow::Closed { next: None } => BoardState::Closed,
    }
}

fn moment(now: LocalTime) -> Option<Moment> {
    let part = |part: u8| i8::try_from(part).ok();
    let day = now.day()?;
    DateTime::new(
        day.year(),
        day.month(),
        day.day(),
        part(now.hour)?,
        part(now.minute)?,
        0,
        0,
    )
    .ok()
    .map(Moment)
}

/// "8:00–12:00, 13:00–16:00"; nothing for a closed day.
fn hours_text(hours: &[Hours]) -> String {
    let stretches = hours
        .iter()
        .map(|one| format!("{}–{}", clock_text(one.from), clock_text(one.until)));
    stretches.collect::<Vec<_>>().join(", ")
}

fn clock_text(clock: Clock) -> String {
    format!("{}:{:02}", clock.minutes() / 60, clock.minutes() % 60)
}

fn day_text(day: Option<Day>, language: Language) -> String {
    let midnight = day.map(|day| local(Moment(day.0.at(0, 0, 0, 0))));
    midnight.map(|at| at.day_text(language)).unwrap_or_default()
}

/// With the time, unless it is midnight: then only the day is known.
fn moment_text(moment: Moment, language: Language) -> String {
    let at = local(moment);
    match (at.hour, at.minute) {
        (0, 0) => at.day_text(language),
        _ => at.text(language),
    }
}

fn shown(link: Option<&Link>) -> Option<(String, String)> {
    link.map(|link| (link.as_str().to_owned(), link.host().to_owned()))
}
