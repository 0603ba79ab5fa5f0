//! The journal: what happened, in words and numbers that tell nothing about anybody.
use session::Record;

/// Writes one line.
pub fn write(record: Record) {
    match record {
        Record::VisitBegan => tracing::info!("visit began"),
        Record::Reached(stage) => tracing::info!(stage, "reached"),
        Record::CardTrouble(what) => tracing::info!(what, "card trouble"),
        Record::PinServed(how) => tracing::info!(how, "something was done about a PIN"),
        Record::Paid(cents) => tracing::info!(cents, "fee paid by card"),
        Record::GivenBack => tracing::info!("fee given back"),
        Record::PaymentTrouble(what) => tracing::warn!(what, "payment trouble"),
        Record::Filed => tracing::info!("case filed"),
        Record::CaseTold(what) => tracing::info!(what, "asked what became of a case"),
        Record::NumberDrawn(drawn) => tracing::info!(drawn, "a waiting number was wanted"),
        Record::Printed => tracing::info!("receipt printed"),
        Record::PrintFailed(why) => tracing::warn!(?why, "receipt not printed"),
        Record::HelpWanted(stage) => tracing::warn!(stage, "help wanted"),
        Record::WentAway => tracing::info!("citizen away, case covered"),
        Record::CameBack => tracing::info!("citizen back"),
        Record::VisitEnded(how) => tracing::info!(?how, "visit ended"),
    }
}
