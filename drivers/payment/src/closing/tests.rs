use super::files::write;
use super::record::PaymentTransaction;
use super::*;
use crate::journal::{Payment, Step};
use crate::status::Status;
use drivers_api::payment::PaymentPurpose;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;

/// Europe/Berlin without the machine's own tables.
fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

fn second(local: DateTime) -> i64 {
    local.to_zoned(berlin()).unwrap().timestamp().as_second()
}

proptest! {
    /// What is written is the amount, digit by digit.
    #[test]
    fn amounts_are_written_to_the_cent(cents in prop_oneof![0_u64..100_000, 0_u64..=999_999_999_999]) {
        let booking = booking(cents, Step::Complete);
        let text = serde_json::to_string(&PaymentTransaction::of(&booking, &berlin())).unwrap();
        for key in ["grosAmount", "totalNetAmount", "singleNetAmount"] {
            let value = text.split(&format!("\"{key}\":")).nth(1).unwrap();
            let value = value.split([',', '}']).next().unwrap();
            let (euros, rest) = value.split_once('.').unwrap();
            prop_assert!((1..=2).contains(&rest.len()), "{value}");
            let told = euros.parse::<u64>().unwrap() * 100 + format!("{rest:0<2}").parse::<u64>().unwrap();
            prop_assert_eq!(told, cents, "{}", value);
        }
    }

    /// Nothing gets lost between net and tax, and the tax is its share to the nearest cent, half a cent up.
    #[test]
    fn net_and_tax_are_the_amount(
        cents in prop_oneof![0_u64..100_000, 0_u64..=999_999_999_999],
        percent in 0_u8..=50,
    ) {
        let Shares { net, tax } = Shares::of(Cents::new(cents).unwrap(), percent);
        prop_assert_eq!(net.value() + tax.value(), cents);
        let (whole, percent) = (100 + i128::from(percent), i128::from(percent));
        let twice_off = 2 * (i128::from(tax.value()) * whole - i128::from(cents) * percent);
        prop_assert!(-whole < twice_off && twice_off <= whole, "{} in {}", tax, cents);
    }

    #[test]
    fn signs_are_told(cents in any::<i64>()) {
        let told = euros_signed(cents);
        prop_assert_eq!(told.replace('.', "").parse::<i128>().unwrap(), i128::from(cents), "{}", told);
    }
}

fn booking(cents: u64, step: Step) -> Booking {
    // Receipt 17, trace 4711, terminal 52000001, 24 November, 9:41:05.
    let status = [
        0x87, 0x00, 0x17, 0x0B, 0x00, 0x47, 0x11, 0x29, 0x52, 0x00, 0x00, 0x01, 0x0D, 0x11, 0x24, 0x0C, 0x09, 0x41,
        0x05,
    ];
    Booking {
        payment: Payment {
            id: 1,
            step,
            amount: Cents::new(cents).unwrap(),
            purpose: PaymentPurpose::new("01890a5d-ac96-774b-bcce-b302099a8057", "meldebescheinigung").unwrap(),
            before: crate::journal::Last::Nothing,
            result: Some(Status::parse(&status).numbers),
            reversal: None,
            card_kind: "VISA Kredit".into(),
        },
        at: second(date(2026, 11, 24).at(9, 40, 50, 0)),
    }
}

fn closing(bookings: Vec<Booking>) -> Closing {
    let total = sum(&bookings).unwrap();
    Closing {
        id: 17,
        at: second(date(2026, 11, 24).at(22, 0, 3, 0)),
        total,
        by_service: group(&bookings, |booking| booking.payment.purpose.service().to_owned()).unwrap(),
        by_kind: group(&bookings, |booking| booking.payment.card_kind.clone()).unwrap(),
        bookings,
        terminal: Some(TerminalTotals {
            total: Cents::new(1249).unwrap(),
            by_kind: [("Visa".to_owned(), total)].into(),
        }),
    }
}

#[test]
fn the_treasury_reads_xbezahldienste() {
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let told = closing(vec![booking(1250, Step::Complete)]).to_json(&berlin()).unwrap();
    let value: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        value["payments"],
        json!([{
            "paymentRequest": {
                "requestId": id,
                "requestTimestamp": "2026-11-24T09:40:50+01:00",
                "currency": "EUR",
                "grosAmount": 12.5,
                "purpose": "meldebescheinigung",
                "description": format!("meldebescheinigung {id}"),
                "items": [{
                    "id": "1",
                    "reference": "meldebescheinigung",
                    "description": "meldebescheinigung",
                    "taxRate": 0,
                    "quantity": 1,
                    "totalNetAmount": 12.5,
                    "totalTaxAmount": 0.0,
                    "singleNetAmount": 12.5,
                    "singleTaxAmount": 0.0,
                }],
            },
            "paymentInformation": {
                "transactionId": "52000001-0017-4711",
                "transactionReference": id,
                "transactionTimestamp": "2026-11-24T09:41:05+01:00",
                "paymentMethod": "OTHER",
                "paymentMethodDetail": "VISA_Kredit",
                "status": "PAYED",
            },
        }])
    );
    assert_eq!(value["day"], "2026-11-24");
    assert_eq!(value["closedAt"], "2026-11-24T22:00:03+01:00");
    assert_eq!(value["differenceCents"], -1);
    assert_eq!(
        value["byService"]["meldebescheinigung"],
        json!({ "count": 1, "amount": 12.5 })
    );
    assert_eq!(value["terminal"]["amount"], 12.49);
    // Staff's word instead of the terminal's numbers.
    let mut settled = booking(1250, Step::SettledTaken);
    settled.payment.result = None;
    let value = serde_json::to_value(PaymentTransaction::of(&settled, &berlin())).unwrap();
    let information = &value["paymentInformation"];
    assert_eq!(
        (&information["transactionId"], &information["statusDetail"]),
        (&json!(id), &json!("settled by staff"))
    );
    assert_eq!(information["transactionTimestamp"], "2026-11-24T09:40:50+01:00");
}

#[test]
fn the_treasury_reads_the_tax() {
    for (cents, percent, net, tax) in [
        (1190, 19, 10.0, 1.9),
        (1070, 7, 10.0, 0.7),
        (3, 50, 0.02, 0.01),
        (1, 50, 0.01, 0.0),
    ] {
        let mut taxed = booking(cents, Step::Complete);
        taxed.payment.purpose = taxed.payment.purpose.with_tax(percent);
        let value = serde_json::to_value(PaymentTransaction::of(&taxed, &berlin())).unwrap();
        let item = &value["paymentRequest"]["items"][0];
        assert_eq!(item["taxRate"], percent);
        for (key, amount) in [("NetAmount", net), ("TaxAmount", tax)] {
            assert_eq!(item[format!("total{key}")], amount, "{cents} {percent}");
            assert_eq!(item[format!("single{key}")], amount, "{cents} {percent}");
        }
        assert_eq!(value["paymentRequest"]["grosAmount"], cents as f64 / 100.0);
        let mut csv = Vec::new();
        closing(vec![taxed]).write_csv(&mut csv).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        let (heading, line) = csv.trim_end().split_once('\n').unwrap();
        assert!(heading.ends_with(",card_kind,tax_percent,tax"), "{heading}");
        assert!(line.ends_with(&format!(",{percent},{tax:.2}")), "{line}");
    }
    // Half a cent: 0.03 with 20 % has 0.005 in it.
    assert_eq!(Shares::of(Cents::new(3).unwrap(), 20).tax.value(), 1);
}

#[test]
fn files_are_read_by_the_group_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let first = closing(vec![booking(1250, Step::Complete)]);
    // A power cut left this.
    fs::write(path(".closing-000017-2026-11-24.csv.new"), "refer").unwrap();
    write(folder.path(), &first, &berlin()).unwrap();
    write(folder.path(), &first, &berlin()).unwrap();
    let csv = fs::read_to_string(path("closing-000017-2026-11-24.csv")).unwrap();
    assert_eq!(csv.lines().count(), 2);
    let mode = fs::metadata(path("closing-000017-2026-11-24.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "more than the two files"
    );
    // Of a journal that was set aside.
    write(folder.path(), &closing(Vec::new()), &berlin()).unwrap();
    assert_eq!(fs::read_to_string(path("closing-000017-2026-11-24.csv")).unwrap(), csv);
    assert_eq!(
        fs::read_to_string(path("closing-000017-2026-11-24-2.csv"))
            .unwrap()
            .lines()
            .count(),
        1
    );
    let nowhere = write(&path("missing"), &first, &berlin()).unwrap_err();
    assert!(
        nowhere.to_string().contains("closing-000017-2026-11-24.csv"),
        "{nowhere}"
    );
}
