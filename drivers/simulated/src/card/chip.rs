//! The identity card's operating system: takes a command, checks it strictly, answers. What a German card refuses is
//! refused here: Le on MSE:Set AT, a missing object 84, extended READ BINARY, data groups outside secure messaging.
use super::files::{Directory, EID_AID, FileId, Files};
use super::messaging::Session;
use super::pace::{PACE_OID, Run};
use super::profile::Person;
use super::rules::{Password, Rules};
use apdu::tlv::{Reader, Tag, encode};
use apdu::{Command, Response, StatusWord};
use rand::SeedableRng;
use rand::rngs::StdRng;

pub(super) struct Chip {
    pub(super) rules: Rules,
    files: Files,
    random: StdRng,
    volatile: Volatile,
}

/// What is lost without power.
struct Volatile {
    directory: Directory,
    current: Option<FileId>,
    session: Option<(Session, Password)>,
    run: Run,
}

impl Volatile {
    fn new() -> Self {
        Self {
            directory: Directory::Master,
            current: None,
            session: None,
            run: Run::Idle,
        }
    }
}

/// A new session comes with the answer that was still secured by the old one.
type Answer = (Response, Option<(Session, Password)>);

impl Chip {
    pub(super) fn new(person: &Person, seed: u64) -> Self {
        Self {
            rules: Rules::new(),
            files: Files::of(person),
            random: StdRng::seed_from_u64(seed),
            volatile: Volatile::new(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.volatile = Volatile::new();
    }

    pub(super) fn transmit(&mut self, bytes: &[u8]) -> Response {
        match Command::parse(bytes) {
            Err(_) => status(StatusWord::WRONG_LENGTH),
            Ok(command) if command.class() & 0xE3 != 0 => status(StatusWord::CLASS_NOT_SUPPORTED),
            Ok(command) if command.is_secured() => self.secured(&command),
            Ok(command) => {
                // A plain command ends the session (TR-03110-3 F.6), and a run of PACE inside it.
                if self.volatile.session.take().is_some() {
                    self.volatile.run = Run::Idle;
                }
                let (response, opened) = self.perform(&command);
                self.volatile.session = opened;
                response
            }
        }
    }

    fn secured(&mut self, outer: &Command) -> Response {
        let Some((mut session, password)) = self.volatile.session.take() else {
            return status(StatusWord::SECURE_MESSAGING_INCORRECT);
        };
        let inner = match session.open(outer) {
            Ok(inner) => inner,
            Err(error) => {
                self.volatile.run = Run::Idle;
                return status(error);
            }
        };
        self.volatile.session = Some((session, password));
        let (response, opened) = self.perform(&inner);
        let fits = Session::sealed_length(response.data().len()) as u64 <= u64::from(outer.expected().unwrap_or(0));
        let response = if fits {
            response
        } else {
            status(StatusWord::WRONG_LENGTH)
        };
        let Some((session, _)) = &mut self.volatile.session else {
            return status(StatusWord::SECURE_MESSAGING_INCORRECT);
        };
        let sealed = session.seal(&response);
        if opened.is_some() {
            self.volatile.session = opened;
        }
        sealed
    }

    fn perform(&mut self, command: &Command) -> Answer {
        if command.is_chained() && command.instruction() != 0x86 {
            return (status(StatusWord::CHAINING_NOT_SUPPORTED), None);
        }
        match command.instruction() {
            0x22 => (status(self.set_at(command)), None),
            0x2C => (status(self.reset_retry_counter(command)), None),
            0x86 => self.general_authenticate(command),
            0xA4 => (status(self.select(command)), None),
            0xB0 => (self.read_binary(command), None),
            _ => (status(StatusWord::INSTRUCTION_NOT_SUPPORTED), None),
        }
    }

    /// MSE:Set AT for PACE (TR-03110-3 B.14.1).
    fn set_at(&mut self, command: &Command) -> StatusWord {
        self.volatile.run = Run::Idle;
        if (command.p1(), command.p2()) != (0xC1, 0xA4) {
            return StatusWord::WRONG_P1_P2;
        }
        if command.expected().is_some() {
            return StatusWord::WRONG_LENGTH;
        }
        let (mut protocol, mut password, mut parameter) = (None, None, None);
        let mut objects = Reader::new(command.data());
        while let Ok(Some(object)) = objects.read() {
            let place = match object.tag {
                Tag(0x80) => &mut protocol,
                Tag(0x83) => &mut password,
                Tag(0x84) => &mut parameter,
                // A CHAT announces terminal authentication, which this card doesn't do yet.
                _ => return StatusWord::WRONG_DATA,
            };
            *place = Some(object.value);
        }
        if objects.finish().is_err() || protocol != Some(&PACE_OID) {
            return StatusWord::WRONG_DATA;
        }
        // This card has several PACEInfos: without object 84 it can't know which one is meant.
        if parameter != Some(&[13]) {
            return StatusWord::WRONG_DATA;
        }
        match password {
            Some(&[id]) => match Password::of_id(id) {
                Some(password) => {
                    self.volatile.run = Run::Chosen(password);
                    self.rules.state(password)
                }
                None => StatusWord::REFERENCE_NOT_FOUND,
            },
            Some(_) | None => StatusWord::WRONG_DATA,
        }
    }

    /// GENERAL AUTHENTICATE (TR-03110-3 B.14.2): three chained commands and a last one.
    fn general_authenticate(&mut self, command: &Command) -> Answer {
        let run = core::mem::replace(&mut self.volatile.run, Run::Idle);
        if (command.p1(), command.p2()) != (0, 0) {
            return (status(StatusWord::WRONG_P1_P2), None);
        }
        if command.expected().is_none() {
            return (status(StatusWord::WRONG_LENGTH), None);
        }
        if command.is_chained() == run.awaits_last() {
            return (status(StatusWord::LAST_OF_CHAIN_EXPECTED), None);
        }
        let resumed = self.opened_by() == Some(Password::Can);
        let stepped = dynamic_data(command.data())
            .ok_or(StatusWord::WRONG_DATA)
            .and_then(|object| run.step(object, &mut self.rules, resumed, &mut self.random));
        match stepped {
            Ok(progress) => {
                self.volatile.run = progress.run;
                let (tag, value) = progress.answer;
                let data = encode(Tag(0x7C), &encode(tag, &value));
                (Response::new(data, StatusWord::OK), progress.opened)
            }
            Err(error) => (status(error), None),
        }
    }

    fn reset_retry_counter(&mut self, command: &Command) -> StatusWord {
        let opened = self.opened_by();
        match (command.p1(), command.p2(), command.data()) {
            (0x02, 0x03, digits) => self.rules.change_pin(opened, digits),
            (0x03, 0x03, []) => self.rules.unblock_pin(opened),
            _ => StatusWord::WRONG_P1_P2,
        }
    }

    fn select(&mut self, command: &Command) -> StatusWord {
        let volatile = &mut self.volatile;
        if command.p2() != 0x0C {
            return StatusWord::WRONG_P1_P2;
        }
        match (command.p1(), command.data()) {
            (0x00, [] | [0x3F, 0x00]) => (volatile.directory, volatile.current) = (Directory::Master, None),
            (0x04, aid) if aid == EID_AID => (volatile.directory, volatile.current) = (Directory::Eid, None),
            (0x02, &[high, low]) => match self.files.by_file_id(volatile.directory, [high, low]) {
                Some(file) => volatile.current = Some(file),
                None => return StatusWord::NOT_FOUND,
            },
            (0x00 | 0x02 | 0x04, _) => return StatusWord::NOT_FOUND,
            _ => return StatusWord::WRONG_P1_P2,
        }
        StatusWord::OK
    }

    fn read_binary(&mut self, command: &Command) -> Response {
        let Some(ne) = command
            .expected()
            .filter(|_| !command.is_extended() && command.data().is_empty())
        else {
            return status(StatusWord::WRONG_LENGTH);
        };
        let (file, offset) = match command.p1() {
            by_short_id @ 0x80..=0x9F => ((self.volatile.directory, by_short_id & 0x1F), usize::from(command.p2())),
            0xA0.. => return status(StatusWord::WRONG_P1_P2),
            high => match self.volatile.current {
                Some(file) => (file, usize::from(u16::from_be_bytes([high, command.p2()]))),
                None => return status(StatusWord::NO_CURRENT_EF),
            },
        };
        if !self.files.contains(file) {
            return status(StatusWord::NOT_FOUND);
        }
        if !self.may_read(file) {
            return status(StatusWord::SECURITY_STATUS);
        }
        self.volatile.current = Some(file);
        self.files.read(file, offset, ne as usize)
    }

    /// The master file's files are free; data groups need a session that the PIN has opened and, when the card says so,
    /// terminal authentication, which nobody can do here yet.
    fn may_read(&self, (directory, _): FileId) -> bool {
        match directory {
            Directory::Master => true,
            Directory::Eid => self.opened_by() == Some(Password::Pin) && !self.rules.needs_terminal_authentication,
        }
    }

    fn opened_by(&self) -> Option<Password> {
        self.volatile.session.as_ref().map(|(_, password)| *password)
    }
}

fn status(status: StatusWord) -> Response {
    Response::new(vec![], status)
}

/// The one object inside `7C`; `Some(None)` when it is empty.
fn dynamic_data(data: &[u8]) -> Option<Option<(Tag, &[u8])>> {
    let mut outer = Reader::new(data);
    let mut inner = outer.expect(Tag(0x7C)).ok()?.nested().ok()?;
    let object = inner.read().ok()?.map(|object| (object.tag, object.value));
    (outer.finish().is_ok() && inner.finish().is_ok()).then_some(object)
}
