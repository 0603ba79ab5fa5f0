//! The chip proves that it is genuine: passive authentication of EF.CardSecurity, its comparison with EF.CardAccess
//! (TR-03110-2 §2.3.4 step 2), then chip authentication version 2 with the signed key (§3.4).
use super::authenticating::Session;
use super::read::{Expect, Next, Plan, ask};
use super::{EF_ATR_INFO, EF_CARD_SECURITY, Stopped, dynamic_data, dynamic_object, reading, set_card_key};
use crate::Fault;
use crate::atr_info::BufferSizes;
use crate::channel::{Channel, PaceOnly};
use crate::chip_auth::{self, CHIP_AUTHENTICATION_OID};
use crate::file::{Extent, FileRead, FileStep, Piece};
use crate::passive_auth::{SecuredChipKey, SecuredInfos};
use crate::security_info::SecurityInfos;
use apdu::tlv::Tag;
use apdu::{Command, Response, StatusWord};

/// Reads EF.ATR/INFO, which says how long answers may be.
pub(super) fn start(mut session: Session) -> Next {
    if !session.plan.extended_length {
        return read_card_security(session, Piece::SECURED);
    }
    let (file, command) = FileRead::start(EF_ATR_INFO, Extent::WholeFile, Piece::SECURED)?;
    let command = session.channel.seal(command)?;
    ask(Expect::AtrInfo(ExpectAtrInfo { session, file }), command)
}

pub(super) struct ExpectAtrInfo {
    session: Session,
    file: FileRead,
}

impl ExpectAtrInfo {
    /// A card without that file, or with nothing in it that can be read, gets short commands.
    pub(super) fn handle(self, response: Response) -> Next {
        let Self { mut session, file } = self;
        let piece = match file.handle(&session.channel.open(response)?)? {
            FileStep::More(file, command) => {
                let command = session.channel.seal(command)?;
                return ask(Expect::AtrInfo(Self { session, file }), command);
            }
            FileStep::Refused(_) => Piece::SECURED,
            FileStep::Done(bytes) => match BufferSizes::parse(&bytes) {
                Ok(Some(sizes)) => Piece::within(sizes.response),
                Ok(None) | Err(_) => Piece::SECURED,
            },
        };
        read_card_security(session, piece)
    }
}

fn read_card_security(mut session: Session, piece: Piece) -> Next {
    let (file, command) = FileRead::start(EF_CARD_SECURITY, Extent::OneObject, piece)?;
    let command = session.channel.seal(command)?;
    ask(Expect::CardSecurity(ExpectCardSecurity { session, file }), command)
}

pub(super) struct ExpectCardSecurity {
    session: Session,
    file: FileRead,
}

impl ExpectCardSecurity {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self { mut session, file } = self;
        let bytes = match file.handle(&session.channel.open(response)?)? {
            FileStep::More(file, command) => {
                let command = session.channel.seal(command)?;
                return ask(Expect::CardSecurity(Self { session, file }), command);
            }
            FileStep::Refused(status) => return unexpected("reading EF.CardSecurity", status),
            FileStep::Done(bytes) => bytes,
        };
        let secured = verified(&session, &bytes)?;
        let key = secured.chip_key().map_err(|_| Fault::NoChipKey)?;
        let command = session
            .channel
            .seal(set_card_key(&CHIP_AUTHENTICATION_OID, key.key_id())?)?;
        let state = ExpectChip {
            plan: session.plan,
            channel: session.channel,
            key,
            secured,
            chosen: false,
        };
        ask(Expect::Chip(state), command)
    }
}

/// Passive authentication, and nothing of it without the comparison.
fn verified(session: &Session, card_security: &[u8]) -> Result<SecuredInfos, Fault> {
    let plan = &session.plan;
    let verify = || {
        let secured = plan.terminal.verify(card_security, plan.today)?;
        let told_before = SecurityInfos::parse(&session.card_access)?;
        secured.agrees_with(&told_before)?;
        Ok(secured)
    };
    verify().map_err(Fault::PassiveAuthentication)
}

/// The chip's key is chosen, then the keys are agreed.
pub(super) struct ExpectChip {
    plan: Box<Plan>,
    channel: Channel<PaceOnly>,
    key: SecuredChipKey,
    secured: SecuredInfos,
    chosen: bool,
}

impl ExpectChip {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self {
            plan,
            mut channel,
            key,
            secured,
            chosen,
        } = self;
        // The last answer is still under PACE's keys.
        let response = channel.open(response)?;
        if response.status() != StatusWord::OK {
            return unexpected("authenticating the chip", response.status());
        }
        if !chosen {
            let command: Command = dynamic_data(Some((Tag(0x80), plan.chip_key.public())))?;
            let command = channel.seal(command)?;
            let state = Self {
                plan,
                channel,
                key,
                secured,
                chosen: true,
            };
            return ask(Expect::Chip(state), command);
        }
        let nonce = dynamic_object(&response, Tag(0x81))?;
        let token = dynamic_object(&response, Tag(0x82))?;
        let proven = chip_auth::agree(&plan.chip_key, key.public_key(), nonce, token)?;
        reading::start(channel.restarted(proven), plan, secured)
    }
}

fn unexpected(doing: &'static str, status: StatusWord) -> Next {
    Err(Stopped::from(Fault::Status { doing, status }))
}
