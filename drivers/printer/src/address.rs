//! Printers named by one line of configuration.
use crate::{Line, Patience, SpawnError, Target, Timing};

/// What a serial line is set to if its address doesn't say: the fastest that all printers know.
const BAUD: u32 = 115_200;

impl Target {
    /// The printer at an address, waited for as long as usual:
    ///
    /// * `ipp://host:port/path`, `http://…`: IPP Everywhere;
    /// * `escpos://host:9100`: a receipt printer in the network (the port may be left out);
    /// * `escpos:/dev/usb/lp0`: one at USB;
    /// * `escpos:/dev/ttyS0@9600`: one at a serial line, with its speed (115200 if it is left out).
    ///
    /// # Errors
    /// [`SpawnError::Address`] for anything else.
    pub fn at(address: &str) -> Result<Self, SpawnError> {
        let wrong = || SpawnError::Address(address.to_owned());
        let Some(receipt_printer) = address.strip_prefix("escpos:") else {
            return Ok(Self::Ipp {
                uri: address.to_owned(),
                patience: Patience::default(),
            });
        };
        let line = match receipt_printer.strip_prefix("//") {
            Some(host) => tcp(host),
            None => device(receipt_printer),
        };
        Ok(Self::EscPos {
            line: line.ok_or_else(wrong)?,
            timing: Timing::default(),
        })
    }
}

fn tcp(host: &str) -> Option<Line> {
    let host = host.trim_end_matches('/');
    let is_host = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/?#@".contains(c));
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(before, _)| !before.is_empty() && !host.ends_with(']'));
    let address = if has_port {
        host.to_owned()
    } else {
        format!("{host}:9100")
    };
    let is_port = address
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    (is_host && is_port).then_some(Line::Tcp { address })
}

/// A serial line's file is a `tty`, whatever its kind.
fn device(path: &str) -> Option<Line> {
    let (path, baud) = match path.split_once('@') {
        Some((path, baud)) => (path, Some(baud.parse().ok()?)),
        None => (path, None),
    };
    let name = path.strip_prefix("/dev/")?;
    match (name.starts_with("tty") || name.starts_with("serial/"), baud) {
        (true, baud) => Some(Line::Serial {
            path: path.into(),
            baud: baud.unwrap_or(BAUD),
        }),
        (false, None) if !name.is_empty() => Some(Line::Usb { path: path.into() }),
        (false, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(address: &str) -> String {
        match Target::at(address) {
            Ok(Target::EscPos { line, .. }) => format!("{line:?}"),
            Ok(Target::Ipp { uri, .. }) => uri,
            Ok(Target::Folder { .. }) | Err(_) => "none".to_owned(),
        }
    }

    #[test]
    fn addresses_name_every_kind_of_printer() {
        for (address, expected) in [
            ("ipp://localhost/ipp/print", "ipp://localhost/ipp/print"),
            ("escpos://printer", r#"Tcp { address: "printer:9100" }"#),
            ("escpos://10.0.0.7:9101/", r#"Tcp { address: "10.0.0.7:9101" }"#),
            ("escpos://[fe80::1]", r#"Tcp { address: "[fe80::1]:9100" }"#),
            ("escpos:/dev/usb/lp0", r#"Usb { path: "/dev/usb/lp0" }"#),
            (
                "escpos:/dev/ttyUSB0",
                r#"Serial { path: "/dev/ttyUSB0", baud: 115200 }"#,
            ),
            ("escpos:/dev/ttyS1@9600", r#"Serial { path: "/dev/ttyS1", baud: 9600 }"#),
            (
                "escpos:/dev/serial/by-id/x",
                r#"Serial { path: "/dev/serial/by-id/x", baud: 115200 }"#,
            ),
        ] {
            assert_eq!(line(address), expected);
        }
        for wrong in [
            "escpos:",
            "escpos://",
            "escpos://a b",
            "escpos://host:99999",
            "escpos:lp0",
            "escpos:/dev/",
            "escpos:/dev/usb/lp0@9600",
            "escpos:/dev/ttyS0@fast",
        ] {
            assert_eq!(line(wrong), "none", "{wrong}");
        }
    }
}
