//! The receipt printer understands what others send, and answers byte by byte as the reference says.
#![allow(clippy::unwrap_used)] // helpers of tests
use simulated::printer::{Cut, ReceiptPrinter};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Two frames of 24 × 5 dots with a slash, cut partly and whole, as python-escpos 3.1 sends them
/// (`image(…, impl="bitImageRaster")`, `cut`).
const PYTHON_ESCPOS: &str = "1b401d76300003000500ffffff840001820001810001ffffff1b64061d56011d76300003000500ffffff840001820001\
                             810001ffffff1b64061d5600";

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |pair: &[u8]| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(digit).collect()
}

fn call(printer: &ReceiptPrinter) -> TcpStream {
    let line = TcpStream::connect(printer.address()).unwrap();
    line.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    line
}

fn answer<const N: usize>(line: &mut TcpStream, request: &[u8]) -> [u8; N] {
    line.write_all(request).unwrap();
    let mut answer = [0; N];
    line.read_exact(&mut answer).unwrap();
    answer
}

#[test]
fn another_program_s_pictures_are_printed() {
    let printer = ReceiptPrinter::start("127.0.0.1:0").unwrap();
    call(&printer).write_all(&bytes(PYTHON_ESCPOS)).unwrap();
    assert!(printer.wait_until(Duration::from_secs(10), |slips, _| slips.len() == 2));
    let slips = printer.paper();
    assert_eq!([slips[0].cut, slips[1].cut], [Cut::Partial, Cut::Whole]);
    for slip in &slips {
        assert_eq!(slip.height(), 5 + 6 * 30);
        let row = |y| {
            (0..24)
                .map(|x| if slip.is_ink(x, y) { '#' } else { '.' })
                .collect::<String>()
        };
        let frame = "########################";
        assert_eq!([row(0), row(4)], [frame, frame]);
        assert_eq!(row(1), "#....#.................#");
        assert_eq!(row(3), "#......#...............#");
        assert_eq!(slip.ink(), 2 * 24 + 3 * 3, "nothing right of it, nothing below");
    }
    assert_eq!(printer.unknown_bytes(), 0);
}

#[test]
fn it_answers_as_the_reference_says() {
    let printer = ReceiptPrinter::start("127.0.0.1:0").unwrap();
    let mut line = call(&printer);
    assert_eq!(answer(&mut line, &[0x1D, b'a', 0x0E]), [0x10, 0, 0, 0]);
    for n in 1..=4 {
        assert_eq!(answer(&mut line, &[0x10, 4, n]), [0x12]);
    }
    let id = b"0042";
    let asked = [&[0x1D, b'(', b'H', 6, 0, 48, 48][..], id].concat();
    assert_eq!(answer(&mut line, &asked), [0x37, 0x22, b'0', b'0', b'4', b'2', 0]);
    assert_eq!(answer(&mut line, &[0x1D, b'r', 1]), [0]);
    printer.change(|faults| faults.near_end = true);
    assert_eq!(answer(&mut line, &[]), [0x10, 0, 3, 0]);
    printer.change(|faults| faults.cover_open = true);
    assert_eq!(answer(&mut line, &[]), [0x38, 0, 3, 0]);
    assert_eq!(answer(&mut line, &[0x10, 4, 2]), [0x16]);
    printer.change(|faults| faults.paper_out = true);
    assert_eq!(answer(&mut line, &[]), [0x38, 0, 15, 0]);
    assert_eq!(answer(&mut line, &[0x10, 4, 4]), [0x7E]);
    // held while it can't print, and forgotten when it is told so
    line.write_all(&bytes(PYTHON_ESCPOS)).unwrap();
    assert_eq!(
        answer(&mut line, &[0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8]),
        [0x37, 0x25, 0]
    );
    printer.change(|faults| *faults = simulated::printer::Faults::default());
    assert_eq!(answer(&mut line, &[]), [0x10, 0, 0, 0]);
    assert_eq!(answer(&mut line, &[0x1D, b'r', 1]), [0]);
    assert_eq!((printer.paper().len(), printer.hanging_rows()), (0, 0));
}
