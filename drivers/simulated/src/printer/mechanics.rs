//! Buffer, paper and cutter of the printer, and what can be wrong with them.
use super::decoder::{CUTTER_ROWS, Command, Decoded, RealTime, Row, decode};
use core::fmt;
use std::collections::VecDeque;

/// What the printer takes before it has printed it: as real ones, some kilobytes.
pub(super) const BUFFER_BYTES: usize = 16 * 1024;

/// What is wrong with a printer; nothing by default.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// There is no paper.
    pub paper_out: bool,
    /// The paper ends after so many more rows.
    pub paper_rows_left: Option<usize>,
    /// The roll is thin.
    pub near_end: bool,
    /// The cover is open.
    pub cover_open: bool,
    /// Somebody pressed the button that takes it offline.
    pub offline: bool,
    /// The next cut jams the cutter; it stays so until the fault is taken away and the printer is told to recover.
    pub cutter_jams: bool,
    /// It answers nothing and prints all the same.
    pub is_silent: bool,
    /// It hangs up on whoever speaks to it.
    pub is_dead: bool,
    /// It says nothing by itself, as old models.
    pub has_no_automatic_status: bool,
    /// It doesn't know GS ( H.
    pub has_no_process_id: bool,
    /// It doesn't know GS r.
    pub has_no_status_in_order: bool,
    /// Rows that it prints in a second: 200 mm.
    pub rows_per_second: usize,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            paper_out: false,
            paper_rows_left: None,
            near_end: false,
            cover_open: false,
            offline: false,
            cutter_jams: false,
            is_silent: false,
            is_dead: false,
            has_no_automatic_status: false,
            has_no_process_id: false,
            has_no_status_in_order: false,
            rows_per_second: 1600,
        }
    }
}

/// How a piece was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Off.
    Whole,
    /// All but a bridge.
    Partial,
}

/// A piece of paper that was cut off. `Debug` tells its size only.
#[derive(Clone)]
pub struct Slip {
    rows: Vec<Row>,
    /// How it was cut at its end.
    pub cut: Cut,
}

impl Slip {
    /// Rows of dots.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is ink.
    pub fn is_ink(&self, x: usize, y: usize) -> bool {
        let byte = self.rows.get(y).and_then(|row| row.get(x / 8));
        byte.is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }

    /// Dots with ink.
    pub fn ink(&self) -> usize {
        self.rows.iter().flatten().map(|byte| byte.count_ones() as usize).sum()
    }

    /// As a picture with a byte for each dot: 0 is ink, 255 is paper.
    pub fn gray(&self) -> Vec<u8> {
        let dots = |y| (0..super::WIDTH_DOTS).map(move |x| if self.is_ink(x, y) { 0 } else { 255 });
        (0..self.height()).flat_map(dots).collect()
    }
}

impl fmt::Debug for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[slip of {} rows]", self.height())
    }
}

#[derive(Default)]
pub(super) struct Mechanics {
    pub(super) faults: Faults,
    pub(super) buffer: VecDeque<u8>,
    pub(super) slips: Vec<Slip>,
    pub(super) hanging: Vec<Row>,
    /// Rows of the picture that is being printed.
    pending: VecDeque<Row>,
    /// Bytes that are to be sent.
    pub(super) says: Vec<u8>,
    pub(super) unknown: usize,
    pub(super) is_off: bool,
    cutter_stuck: bool,
    tells_changes: bool,
    told: Option<[u8; 4]>,
}

impl Mechanics {
    /// Whether the head moves.
    pub(super) fn can_print(&self) -> bool {
        let faults = &self.faults;
        !(faults.paper_out || faults.cover_open || faults.offline || self.cutter_stuck)
    }

    pub(super) fn has_room(&self) -> bool {
        self.buffer.len() < BUFFER_BYTES
    }

    /// Does the next thing; tells how many rows it moved, `None` if there is nothing to do.
    pub(super) fn step(&mut self) -> Option<usize> {
        if !self.can_print() {
            return None;
        }
        if let Some(row) = self.pending.pop_front() {
            self.row(row);
            return Some(1);
        }
        let decoded = decode(self.buffer.make_contiguous());
        let (command, length) = match decoded {
            Decoded::Whole(command, length) => (command, length),
            Decoded::Torn => return None,
            Decoded::Unknown => {
                self.unknown += 1;
                (Command::Nothing, 1)
            }
        };
        self.buffer.drain(..length);
        Some(self.obey(command))
    }

    fn obey(&mut self, command: Command) -> usize {
        match command {
            Command::Initialise | Command::Nothing => 0,
            Command::Picture(rows) => {
                self.pending.extend(rows);
                0
            }
            Command::Feed(rows) => {
                self.pending
                    .extend(core::iter::repeat_n([0; super::WIDTH_DOTS / 8], rows));
                0
            }
            Command::Cut(cut) => {
                self.cut(cut);
                CUTTER_ROWS
            }
            Command::TellChanges(mask) => {
                self.tells_changes = mask != 0;
                self.told = None;
                self.tell_change();
                0
            }
            Command::Status(1 | 49) if !self.faults.has_no_status_in_order => {
                let near = if self.faults.near_end { 0b0011 } else { 0 };
                self.say(&[near]);
                0
            }
            Command::Status(_) => 0,
            Command::ProcessId([a, b, c, d]) => {
                if !self.faults.has_no_process_id {
                    self.say(&[0x37, 0x22, a, b, c, d, 0]);
                }
                0
            }
        }
    }

    fn row(&mut self, row: Row) {
        self.hanging.push(row);
        if let Some(left) = &mut self.faults.paper_rows_left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.faults.paper_rows_left = None;
                self.faults.paper_out = true;
                self.tell_change();
            }
        }
    }

    fn cut(&mut self, cut: Cut) {
        if self.faults.cutter_jams {
            self.cutter_stuck = true;
            self.tell_change();
            return;
        }
        let rows = core::mem::take(&mut self.hanging);
        self.slips.push(Slip { rows, cut });
    }

    /// Obeyed at once.
    pub(super) fn real_time(&mut self, command: &RealTime) {
        match command {
            RealTime::Status(n) => {
                let status = self.status(*n);
                self.say(&[status]);
            }
            RealTime::Request(2) if self.cutter_stuck && !self.faults.cutter_jams => {
                self.cutter_stuck = false;
                self.forget();
                self.tell_change();
            }
            RealTime::Request(_) => {}
            RealTime::Clear => {
                self.forget();
                self.say(&[0x37, 0x25, 0]);
            }
        }
    }

    fn forget(&mut self) {
        self.buffer.clear();
        self.pending.clear();
    }

    /// The answer to DLE EOT.
    fn status(&self, n: u8) -> u8 {
        let faults = &self.faults;
        let bit = |is_set: bool, bit: u8| u8::from(is_set) << bit;
        0x12 | match n {
            1 => bit(!self.can_print(), 3),
            2 => bit(faults.cover_open, 2) | bit(faults.paper_out, 5) | bit(self.cutter_stuck, 6),
            3 => bit(self.cutter_stuck, 3),
            _ => {
                let near = if faults.near_end || faults.paper_out { 0x0C } else { 0 };
                near | if faults.paper_out { 0x60 } else { 0 }
            }
        }
    }

    /// Tells by itself what has changed, if it was asked to.
    pub(super) fn tell_change(&mut self) {
        let faults = &self.faults;
        let bit = |is_set: bool, bit: u8| u8::from(is_set) << bit;
        let near = if faults.near_end || faults.paper_out { 0b0011 } else { 0 };
        let out = if faults.paper_out { 0b1100 } else { 0 };
        let frame = [
            0x10 | bit(!self.can_print(), 3) | bit(faults.cover_open, 5),
            bit(self.cutter_stuck, 3),
            near | out,
            0,
        ];
        let is_told = self.told == Some(frame);
        if self.tells_changes && !is_told && !self.faults.has_no_automatic_status {
            self.told = Some(frame);
            self.say(&frame);
        }
    }

    fn say(&mut self, bytes: &[u8]) {
        if !self.faults.is_silent {
            self.says.extend(bytes);
        }
    }
}
