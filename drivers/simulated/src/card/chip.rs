//! The identity card's operating system: takes a command, checks it strictly, answers. What a German card refuses is
//! refused here: Le on MSE:Set AT, a missing object 84 where it isn't clear, extended length where the card doesn't
//! state its buffers, data groups without terminal and chip authentication.
use super::files::{Directory, EF_CARD_SECURITY, EF_CHIP_SECURITY, EID_AID, FileId, Files};
use super::generation::Generation;
use super::messaging::Session;
use super::pace::{Asked, PACE_OID, Run};
use super::rules::{Password, Rules};
use super::session::{Open, Selected, Switch, Volatile};
use super::trust::{Trust, chat};
use crate::pki::{Chat, Right, Role};
use apdu::tlv::{Reader, Tag, encode};
use apdu::{Command, Response, StatusWord};
use bp256::r1::NonZeroScalar;
use rand::rngs::StdRng;

pub(super) struct Chip {
    pub(super) rules: Rules,
    pub(super) trust: Trust,
    pub(super) keys: Keys,
    pub(super) facts: Facts,
    pub(super) generation: Generation,
    pub(super) files: Files,
    pub(super) random: StdRng,
    pub(super) volatile: Volatile,
}

/// Private keys.
pub(super) struct Keys {
    /// Chip authentication, everybody's.
    pub(super) common: NonZeroScalar,
    /// Chip authentication, for privileged terminals.
    pub(super) chip: NonZeroScalar,
    /// Restricted identification for the blocklist.
    pub(super) blocklist: NonZeroScalar,
    /// Restricted identification for pseudonyms.
    pub(super) pseudonym: NonZeroScalar,
}

/// What VERIFY compares (TR-03110-3 A.7.5).
pub(super) struct Facts {
    /// `YYYYMMDD`.
    pub(super) date_of_expiry: String,
    pub(super) born_at_the_latest: Option<String>,
    pub(super) municipality: Option<Vec<u8>>,
}

/// An answer, and what becomes of secure messaging after it.
pub(super) type Answer = (Response, Option<Switch>);

impl Chip {
    pub(super) fn reset(&mut self) {
        self.volatile = Volatile::new();
    }

    pub(super) fn transmit(&mut self, bytes: &[u8]) -> Response {
        if !self.length_allowed(bytes) {
            return status(StatusWord::WRONG_LENGTH);
        }
        match Command::parse(bytes) {
            Err(_) => status(StatusWord::WRONG_LENGTH),
            Ok(command) if !class_known(&command) => status(StatusWord::CLASS_NOT_SUPPORTED),
            Ok(command) if command.is_secured() => self.secured(&command),
            Ok(command) => {
                // A plain command ends the session (TR-03110-3 F.6), and a run of PACE inside it.
                if self.volatile.open.is_some() {
                    self.volatile.close();
                }
                let (response, switch) = self.perform(&command);
                self.switch(switch);
                response
            }
        }
    }

    /// Extended length fields only where the standard allows them without asking, and within the buffers that
    /// EF.ATR/INFO states (TR-03110-3 B.12).
    fn length_allowed(&self, bytes: &[u8]) -> bool {
        let is_extended = bytes.len() > 6 && bytes[4] == 0;
        match self.generation.buffer_bytes_max() {
            Some(most) => bytes.len() <= most,
            None => !is_extended || matches!(bytes[1], 0x2A | 0x82 | 0x86),
        }
    }

    fn secured(&mut self, outer: &Command) -> Response {
        let Some(open) = &mut self.volatile.open else {
            return status(StatusWord::SECURE_MESSAGING_INCORRECT);
        };
        let inner = match open.messaging.open(outer) {
            Ok(inner) => inner,
            Err(error) => {
                self.volatile.close();
                return status(error);
            }
        };
        let (response, switch) = self.perform(&inner);
        let length = Session::sealed_length(response.data().len());
        let buffer = self.generation.buffer_bytes_max().unwrap_or(usize::MAX);
        let expected = outer.expected().unwrap_or(0) as usize;
        // A response that doesn't fit isn't cut, and the step that made it hasn't been done.
        let (response, switch) = if length <= expected && length + 2 <= buffer {
            (response, switch)
        } else {
            (status(StatusWord::WRONG_LENGTH), None)
        };
        let Some(open) = &mut self.volatile.open else {
            return status(StatusWord::SECURE_MESSAGING_INCORRECT);
        };
        let sealed = open.messaging.seal(&response);
        self.switch(switch);
        sealed
    }

    fn switch(&mut self, switch: Option<Switch>) {
        match (switch, &mut self.volatile.open) {
            (Some(Switch::Opened(open)), place) => *place = Some(open),
            (Some(Switch::Rekeyed(messaging)), Some(open)) => {
                open.messaging = messaging;
                open.chip_authenticated = true;
            }
            (Some(Switch::Rekeyed(_)), None) | (None, _) => {}
        }
    }

    fn perform(&mut self, command: &Command) -> Answer {
        if command.is_chained() && command.instruction() != 0x86 {
            return (status(StatusWord::CHAINING_NOT_SUPPORTED), None);
        }
        let response = match (command.instruction(), command.p1(), command.p2()) {
            (0x86, ..) => return self.general_authenticate(command),
            (0x20, ..) => status(self.verify(command)),
            (0x22, ..) => status(self.manage_security_environment(command)),
            (0x2A, 0x00, 0xBE) => status(self.verify_certificate(command)),
            (0x2C, ..) => status(self.reset_retry_counter(command)),
            (0x44, 0x10, 0x03) => status(self.switch_pin(true)),
            (0x04, 0x10, 0x03) => status(self.switch_pin(false)),
            (0x82, 0x00, 0x00) => status(self.external_authenticate(command)),
            (0x84, 0x00, 0x00) => self.challenge(command),
            (0xA4, ..) => status(self.select(command)),
            (0xB0, ..) => self.read_binary(command),
            (0x04 | 0x2A | 0x44 | 0x82 | 0x84, ..) => status(StatusWord::WRONG_P1_P2),
            _ => status(StatusWord::INSTRUCTION_NOT_SUPPORTED),
        };
        (response, None)
    }

    /// MSE (TR-03110-3 B.14.1, B.14.4).
    fn manage_security_environment(&mut self, command: &Command) -> StatusWord {
        if command.expected().is_some() {
            return StatusWord::WRONG_LENGTH;
        }
        match (command.p1(), command.p2()) {
            (0xC1, 0xA4) => {
                self.volatile.selected = Selected::Nothing;
                self.choose_pace(command.data()).unwrap_or_else(|error| error)
            }
            (0x41, 0xA4) => {
                self.volatile.selected = Selected::Nothing;
                self.choose_internal(command.data()).unwrap_or_else(|error| error)
            }
            (0x81, 0xA4) => self.announce_terminal(command.data()),
            (0x81, 0xB6) => self.choose_issuer(command.data()),
            _ => StatusWord::WRONG_P1_P2,
        }
    }

    /// MSE:Set AT for PACE.
    fn choose_pace(&mut self, data: &[u8]) -> Result<StatusWord, StatusWord> {
        let wrong = StatusWord::WRONG_DATA;
        let (mut protocol, mut password, mut parameter, mut template) = (None, None, None, None);
        let mut objects = Reader::new(data);
        while let Ok(Some(object)) = objects.read() {
            let place = match object.tag {
                Tag(0x80) => &mut protocol,
                Tag(0x83) => &mut password,
                Tag(0x84) => &mut parameter,
                Tag(0x7F4C) => &mut template,
                _ => return Err(wrong),
            };
            *place = Some(object.value);
        }
        if objects.finish().is_err() || protocol != Some(&PACE_OID) {
            return Err(wrong);
        }
        match (parameter, self.generation.pace_parameters()) {
            (Some([13]), _) | (None, [13]) => {}
            // With several PACEInfos it isn't clear which one is meant; of a single one, another id is unknown.
            (None, _) => return Err(wrong),
            (Some(_), _) => return Err(StatusWord::REFERENCE_NOT_FOUND),
        }
        let password = match password {
            Some(&[id]) => Password::of_id(id).ok_or(StatusWord::REFERENCE_NOT_FOUND)?,
            Some(_) | None => return Err(wrong),
        };
        let rights = template
            .map(|template| announced_rights(template, password))
            .transpose()?;
        if rights.is_some() && self.volatile.authenticated && self.generation.authenticates_once() {
            return Err(StatusWord::CONDITIONS_OF_USE);
        }
        self.volatile.selected = Selected::Pace(Run::Chosen(Asked { password, rights }));
        Ok(self.rules.state(password))
    }

    /// GENERAL AUTHENTICATE (TR-03110-3 B.14.2): three chained commands and a last one for PACE, a single one else.
    fn general_authenticate(&mut self, command: &Command) -> Answer {
        let selected = core::mem::replace(&mut self.volatile.selected, Selected::Nothing);
        if (command.p1(), command.p2()) != (0, 0) {
            return (status(StatusWord::WRONG_P1_P2), None);
        }
        if command.expected().is_none() {
            return (status(StatusWord::WRONG_LENGTH), None);
        }
        let awaits_last = match &selected {
            Selected::Pace(run) => run.awaits_last(),
            Selected::Nothing | Selected::Chip(_) | Selected::Restricted(_) => true,
        };
        if command.is_chained() == awaits_last && !matches!(selected, Selected::Nothing) {
            return (status(StatusWord::LAST_OF_CHAIN_EXPECTED), None);
        }
        let done = dynamic_data(command.data())
            .ok_or(StatusWord::WRONG_DATA)
            .and_then(|object| match selected {
                Selected::Nothing => Err(StatusWord::CONDITIONS_OF_USE),
                Selected::Pace(run) => self.step_pace(run, object),
                Selected::Chip(key) => self.authenticate_chip(key, object),
                Selected::Restricted(key) => self.identify(key, object).map(|object| (object, None)),
            });
        match done {
            Ok((objects, switch)) => {
                let data = encode(Tag(0x7C), &objects);
                (Response::new(data, StatusWord::OK), switch)
            }
            Err(error) => (status(error), None),
        }
    }

    fn step_pace(&mut self, run: Run, object: Option<(Tag, &[u8])>) -> Result<(Vec<u8>, Option<Switch>), StatusWord> {
        let resumed = self.volatile.opened_by() == Some(Password::Can);
        let progress = run.step(object, &mut self.rules, resumed, &mut self.random)?;
        if let Some(run) = progress.next {
            self.volatile.selected = Selected::Pace(run);
        }
        let (tag, value) = progress.answer;
        let mut objects = encode(tag, &value).to_vec();
        let Some(opened) = progress.opened else {
            return Ok((objects, None));
        };
        if opened.asked.rights.is_some() {
            for (tag, reference) in [Tag(0x87), Tag(0x88)].into_iter().zip(self.trust.references()) {
                objects.extend_from_slice(&encode(tag, reference));
            }
        }
        Ok((objects, Some(Switch::Opened(Box::new(Open::new(opened))))))
    }

    fn reset_retry_counter(&mut self, command: &Command) -> StatusWord {
        let opened = self.volatile.opened_by();
        match (command.p1(), command.p2(), command.data()) {
            (0x02, 0x03, digits) => {
                let allowed = opened == Some(Password::Pin) || self.volatile.may(Right::PinManagement);
                self.rules.change_pin(allowed, digits)
            }
            (0x03, 0x03, []) => self.rules.unblock_pin(opened),
            _ => StatusWord::WRONG_P1_P2,
        }
    }

    fn switch_pin(&mut self, on: bool) -> StatusWord {
        let allowed = self.volatile.may(Right::PinManagement);
        self.rules.switch(allowed, on)
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
        let Some(ne) = command.expected().filter(|_| command.data().is_empty()) else {
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

    /// EF.CardSecurity needs PACE, EF.ChipSecurity a privileged terminal, data groups a terminal with the right to them
    /// after chip authentication (TR-03127 tables 2 and 3). The master file's other files are free.
    fn may_read(&self, file: FileId) -> bool {
        match file {
            EF_CARD_SECURITY => self.volatile.open.is_some(),
            EF_CHIP_SECURITY => {
                let terminal = self.volatile.open.as_ref().and_then(|open| open.terminal.done());
                terminal.is_some_and(|terminal| terminal.rights.allows(Right::PrivilegedTerminal))
            }
            (Directory::Master, _) => true,
            (Directory::Eid, number) => {
                let terminal = self.volatile.trusted_terminal();
                terminal.is_some_and(|terminal| terminal.rights.reads(number))
            }
        }
    }
}

pub(super) fn status(status: StatusWord) -> Response {
    Response::new(vec![], status)
}

/// The interindustry class with or without secure messaging and chaining; the proprietary one for VERIFY alone
/// (TR-03110-3 B.14.10).
fn class_known(command: &Command) -> bool {
    command.class() & 0xE3 == 0 || command.instruction() == 0x20 && command.class() & 0xF3 == 0x80
}

/// The rights of a CHAT, if that password may be used with them (TR-03110-2 §2.3.2.1): an authentication terminal takes
/// the PIN, or the CAN when it says that it is allowed to.
fn announced_rights(template: &[u8], password: Password) -> Result<Chat, StatusWord> {
    let Ok((true, Role::Terminal, rights)) = chat(template) else {
        return Err(StatusWord::WRONG_DATA);
    };
    match password {
        Password::Pin => Ok(rights),
        Password::Can if rights.allows(Right::CanAllowed) => Ok(rights),
        Password::Can | Password::Puk => Err(StatusWord::WRONG_DATA),
    }
}

/// The one object inside `7C`; `Some(None)` when it is empty.
fn dynamic_data(data: &[u8]) -> Option<Option<(Tag, &[u8])>> {
    let mut outer = Reader::new(data);
    let mut inner = outer.expect(Tag(0x7C)).ok()?.nested().ok()?;
    let object = inner.read().ok()?.map(|object| (object.tag, object.value));
    (outer.finish().is_ok() && inner.finish().is_ok()).then_some(object)
}
