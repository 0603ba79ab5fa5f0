//! A whole terminal without its backend, as the kiosk is on its own: reader, printer, filing, loop. For figures.
use crate::{Fault, setup};
use drivers_api::card::{CardEvent, Reader};
use eid::Authority;
use host::{Devices, Filing, FilingConfig, Host, Inbox, Inquiry};
use outbox::Outbox;
use printer::{PaperTray, Target};
use rand::rngs::StdRng;
use screens::ScreensHandle;
use seal::AuthorityKey;
use session::{Input, Terminal};
use simulated::card::SimulatedSlot;
use std::path::Path;

/// Starts it on threads of its own, showing on those screens; paper and cases go into `folder`.
///
/// # Errors
/// Whatever can't be started.
pub fn start(
    folder: &Path,
    inbox: Inbox,
    slot: SimulatedSlot,
    authority: impl Authority,
    screens: ScreensHandle,
) -> Result<(), Fault> {
    let cards = inbox.sender();
    let random: StdRng = rand::make_rng();
    let reader = reader::spawn(slot, random, authority, move |event: CardEvent| {
        cards.send(Input::Card(event))
    })?;
    let papers = inbox.sender();
    let target = Target::Folder {
        path: folder.to_owned(),
        tray: PaperTray::default(),
    };
    let printer = printer::spawn(target, move |event| papers.send(Input::Printer(event)))?;
    let catalogue = setup::load()?;
    let config = FilingConfig {
        destination_id: catalogue.town().destination_id().parse()?,
        key: AuthorityKey::from_jwk(setup::AUTHORITY.as_bytes())?,
        others: std::collections::BTreeMap::new(),
        outbox: Outbox::open(folder.join("outbox.db"))?,
    };
    let filing = Filing::spawn(config, inbox.sender())?;
    let inquiry = Inquiry::unreachable(inbox.sender())?;
    let reader: Box<dyn Reader + Send> = Box::new(reader);
    let devices = Devices::quiet(reader, Box::new(printer), filing, inquiry);
    let host = Host::new(Terminal::new(catalogue), devices);
    std::thread::spawn(move || {
        host.run(inbox, |view| {
            // The window was closed: nobody is looking.
            let _ = screens.show(view);
        });
    });
    Ok(())
}
