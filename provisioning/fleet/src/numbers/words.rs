//! Waiting numbers as staff read them.
use crate::calls::{age_in_words, hour};
use crate::now;
use jiff::tz::TimeZone;
use store::{CalledNumber, Hall, Waiting};

/// Who waits, a line a queue, and below it the numbers called last, the newest first.
pub fn hall_in_words(hall: &Hall, now: i64, zone: &TimeZone) -> Vec<String> {
    let mut lines: Vec<String> = hall.waiting.iter().map(|queue| waiting(queue, now, zone)).collect();
    if lines.is_empty() {
        lines.push("nobody waits".to_owned());
    }
    lines.extend(hall.called.iter().map(|number| called_in_words(number, now, zone)));
    lines
}

/// The same with the machine's clock and time zone.
pub fn hall_in_words_now(hall: &Hall) -> Vec<String> {
    hall_in_words(hall, now(), &TimeZone::system())
}

/// `A  4 wait, the first since 09:12 (14 min)`.
fn waiting(queue: &Waiting, now: i64, zone: &TimeZone) -> String {
    let (letter, since) = (queue.queue, hour(queue.since, zone));
    let age = age_in_words(now.saturating_sub(queue.since));
    match queue.count {
        1 => format!("{letter}  1 waits, since {since} ({age})"),
        count => format!("{letter}  {count} wait, the first since {since} ({age})"),
    }
}

/// `A17  called at 09:24 (2 min)  Zimmer 12`.
fn called_in_words(number: &CalledNumber, now: i64, zone: &TimeZone) -> String {
    let at = hour(number.called_at, zone);
    let age = age_in_words(now.saturating_sub(number.called_at));
    let desk = number.desk.as_ref().map(|desk| format!("  {desk}"));
    format!("{number}  called at {at} ({age}){}", desk.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Desk;
    use wire::queue::Queue;

    #[test]
    fn staff_read_who_waits_and_who_was_called() {
        const NOW: i64 = 1_795_305_600; // 2026-11-22T00:00:00Z
        let words = |hall: &Hall| hall_in_words(hall, NOW, &TimeZone::UTC);
        assert_eq!(words(&Hall::default()), ["nobody waits"]);
        let queue = |letter| Queue::new(letter).unwrap();
        let waiting = |letter, count, ago| Waiting {
            queue: queue(letter),
            count,
            since: NOW - ago,
        };
        let called = |number, desk: Option<&str>| CalledNumber {
            queue: queue('A'),
            number,
            desk: desk.map(|desk| Desk::parse(desk).unwrap()),
            called_at: NOW - 120,
        };
        let hall = Hall {
            called: vec![called(17, Some("Zimmer 12")), called(16, None)],
            waiting: vec![waiting('A', 4, 840), waiting('C', 1, 5)],
        };
        assert_eq!(
            words(&hall),
            [
                "A  4 wait, the first since 23:46 (14 min)",
                "C  1 waits, since 23:59 (just now)",
                "A17  called at 23:58 (2 min)  Zimmer 12",
                "A16  called at 23:58 (2 min)",
            ]
        );
    }
}
