//! What the treasury's program reads: each booking in the words of XBezahldienste (`PaymentTransaction`), and a day around
//! them. Amounts are euros; as numbers of 64 bits they are written with no digit more than their cents.
//!
//! What was paid has the value added tax in it, of the percent that the fee has in the catalogue: usually none.
use super::{Closing, Sum};
use crate::journal::{Booking, Payment, Step};
use drivers_api::payment::Cents;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeMap;

/// Longest detail of a means of payment, and longest id of a transaction: as in a case's `paymentInformation`, so that
/// the office and the treasury read the same.
const DETAIL_CHARS_MAX: usize = 36;

/// One closing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<'a> {
    number: i64,
    day: String,
    closed_at: String,
    currency: &'static str,
    total: Amount,
    by_service: BTreeMap<&'a str, Amount>,
    by_kind: BTreeMap<&'a str, Amount>,
    /// Null for what was before the days were closed by themselves, as is the difference.
    terminal: Option<Terminal<'a>>,
    /// Terminal less journal.
    difference_cents: Option<i64>,
    payments: Vec<PaymentTransaction<'a>>,
}

#[derive(Debug, Serialize)]
struct Amount {
    count: u64,
    amount: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Terminal<'a> {
    amount: f64,
    by_kind: BTreeMap<&'a str, Amount>,
}

/// A booking in the words of XBezahldienste.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentTransaction<'a> {
    payment_request: PaymentRequest<'a>,
    payment_information: PaymentInformation<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentRequest<'a> {
    request_id: &'a str,
    request_timestamp: String,
    currency: &'static str,
    /// So it is spelt there.
    gros_amount: f64,
    purpose: &'a str,
    description: String,
    items: [Item<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    id: &'static str,
    reference: &'a str,
    description: &'a str,
    tax_rate: u8,
    quantity: u8,
    total_net_amount: f64,
    total_tax_amount: f64,
    single_net_amount: f64,
    single_tax_amount: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentInformation<'a> {
    transaction_id: String,
    transaction_reference: &'a str,
    transaction_timestamp: String,
    payment_method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method_detail: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'static str>,
}

/// An amount taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Without the tax.
    pub net: Cents,
    /// The value added tax.
    pub tax: Cents,
}

impl Shares {
    /// The tax of so many percent in a gross amount, `gross * percent / (100 + percent)`, half a cent up, as the receipt
    /// tells it; net is what is left, so that both together are the amount.
    pub fn of(gross: Cents, percent: u8) -> Self {
        let percent = u64::from(percent);
        // Twelve digits times 255 fit into 64 bits.
        let tax = (2 * gross.value() * percent + 100 + percent) / (2 * (100 + percent));
        let shares = Cents::new(tax).and_then(|tax| {
            let net = gross.checked_sub(tax)?;
            Some(Self { net, tax })
        });
        let untaxed = Self {
            net: gross,
            tax: Cents::ZERO,
        };
        shares.unwrap_or(untaxed)
    }
}

impl<'a> Document<'a> {
    /// `zone` is where the terminal stands: its clock tells local time, and days end there.
    pub fn of(closing: &'a Closing, zone: &TimeZone) -> Self {
        let difference_cents = closing.difference_cents();
        Self {
            number: closing.id,
            day: super::day(closing.at, zone),
            closed_at: moment(closing.at, zone),
            currency: "EUR",
            total: closing.total.into(),
            by_service: amounts(&closing.by_service),
            by_kind: amounts(&closing.by_kind),
            terminal: closing.terminal.as_ref().map(|terminal| Terminal {
                amount: euros(terminal.total),
                by_kind: amounts(&terminal.by_kind),
            }),
            difference_cents,
            payments: closing
                .bookings
                .iter()
                .map(|booking| PaymentTransaction::of(booking, zone))
                .collect(),
        }
    }

    /// Readable by people, too; ends with a line feed.
    ///
    /// # Errors
    /// None is known; what the writer of JSON says.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl<'a> PaymentTransaction<'a> {
    /// `zone` as in [`Document::of`].
    pub fn of(booking: &'a Booking, zone: &TimeZone) -> Self {
        let payment = &booking.payment;
        let (reference, service) = (payment.purpose.reference(), payment.purpose.service());
        let tax_rate = payment.purpose.tax_percent();
        let Shares { net, tax } = Shares::of(payment.amount, tax_rate);
        let (net, tax) = (euros(net), euros(tax));
        let item = Item {
            id: "1",
            reference: service,
            description: service,
            tax_rate,
            quantity: 1,
            total_net_amount: net,
            total_tax_amount: tax,
            single_net_amount: net,
            single_tax_amount: tax,
        };
        Self {
            payment_request: PaymentRequest {
                request_id: reference,
                request_timestamp: moment(booking.at, zone),
                currency: "EUR",
                gros_amount: euros(payment.amount),
                purpose: service,
                description: format!("{service} {reference}"),
                items: [item],
            },
            payment_information: PaymentInformation {
                transaction_id: transaction_id(payment).unwrap_or_else(|| reference.to_owned()),
                transaction_reference: reference,
                transaction_timestamp: terminals_moment(booking, zone).unwrap_or_else(|| moment(booking.at, zone)),
                // The list of methods (GIROPAY, PAYDIRECT, CREDITCARD, PAYPAL, OTHER) has no girocard.
                payment_method: "OTHER",
                payment_method_detail: detail(&payment.card_kind),
                status: "PAYED",
                status_detail: (payment.step == Step::SettledTaken).then_some("settled by staff"),
            },
        }
    }
}

impl From<Sum> for Amount {
    fn from(sum: Sum) -> Self {
        Self {
            count: sum.count,
            amount: euros(sum.amount),
        }
    }
}

fn amounts(groups: &BTreeMap<String, Sum>) -> BTreeMap<&str, Amount> {
    groups.iter().map(|(key, sum)| (key.as_str(), (*sum).into())).collect()
}

/// The number of 64 bits that is nearest to the amount. Twelve digits at most, so the shortest text that means the same
/// number is the amount itself (15 digits survive).
#[allow(clippy::cast_precision_loss)] // below 2^53
fn euros(amount: Cents) -> f64 {
    amount.value() as f64 / 100.0
}

/// Seconds since 1970-01-01 UTC as `2026-12-01T22:00:03+01:00`; empty for what no calendar has.
fn moment(second: i64, zone: &TimeZone) -> String {
    Timestamp::from_second(second)
        .map(|time| time.display_with_offset(zone.to_offset(time)).to_string())
        .unwrap_or_default()
}

/// By the payment terminal's own clock, as it stands in its list. It tells no year: the one nearest to the payment's.
fn terminals_moment(booking: &Booking, zone: &TimeZone) -> Option<String> {
    let asked = Timestamp::from_second(booking.at).ok()?.to_zoned(zone.clone()).date();
    let told = booking.payment.result?.at(asked)?;
    let told = told.to_zoned(zone.clone()).ok()?.timestamp();
    Some(moment(told.as_second(), zone))
}

/// Terminal, receipt and transaction: how the treasury finds it in the terminal's own list.
fn transaction_id(payment: &Payment) -> Option<String> {
    let numbers = payment.result?;
    let (terminal, receipt) = (numbers.terminal_id?, numbers.receipt_no?);
    let trace = numbers.trace_no.map_or_else(String::new, |trace| format!("-{trace}"));
    let id = format!("{terminal:08}-{receipt:04}{trace}");
    (id.len() <= DETAIL_CHARS_MAX).then_some(id)
}

/// The kind of card, with nothing but letters, digits, `-` and `_`.
fn detail(card_kind: &str) -> Option<String> {
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let detail: String = card_kind.chars().take(DETAIL_CHARS_MAX).map(kept).collect();
    (!detail.is_empty()).then_some(detail)
}
