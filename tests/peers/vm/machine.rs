//! The virtual machine of `start.sh`, with a finger, a keyboard and an eye: QEMU's machine protocol (QMP) on a Unix socket.
use screens::picture::Picture;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long QEMU may take to open its socket.
const QMP_PATIENCE: Duration = Duration::from_secs(60);
/// How long QEMU may take over one command.
const COMMAND_PATIENCE: Duration = Duration::from_secs(30);
/// How long a finger rests, so that a slow machine sees it.
const FINGER: Duration = Duration::from_millis(150);
/// QEMU's absolute axes go from 0 to this.
const AXIS_MAX: f32 = 32767.0;

/// A running machine. Dropping it ends it, by its process id.
pub(crate) struct Machine {
    workdir: PathBuf,
    qemu: Child,
    qmp: Option<BufReader<UnixStream>>,
    size: (f32, f32),
    shots: u32,
}

impl Machine {
    /// Boots. Panics with what QEMU or the script said if it can't.
    pub(crate) fn boot(workdir: &Path, (width, height): (u32, u32)) -> Self {
        let scripts = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("vm");
        let said = File::create(workdir.join("qemu.log")).unwrap();
        let qemu = Command::new(scripts.join("start.sh"))
            .args([workdir, &scripts.join("guest.sh")])
            .envs([("XRES", width.to_string()), ("YRES", height.to_string())])
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        let size = (width as f32, height as f32);
        let mut machine = Self {
            workdir: workdir.to_owned(),
            qemu,
            qmp: None,
            size,
            shots: 0,
        };
        let socket = workdir.join("qmp.sock");
        let until = now() + QMP_PATIENCE;
        let stream = loop {
            machine.check_alive();
            match UnixStream::connect(&socket) {
                Ok(stream) => break stream,
                Err(error) => assert!(now() < until, "QEMU's socket: {error}\n{}", machine.log()),
            }
            rest(Duration::from_millis(100));
        };
        stream.set_read_timeout(Some(COMMAND_PATIENCE)).unwrap();
        machine.qmp = Some(BufReader::new(stream));
        machine.line(); // the greeting
        machine.command("qmp_capabilities", json!({}));
        machine
    }

    /// What the guest wrote to its serial line, and QEMU to its own.
    pub(crate) fn log(&self) -> String {
        let read = |name| std::fs::read(self.workdir.join(name)).unwrap_or_default();
        let text = |name| String::from_utf8_lossy(&read(name)).into_owned();
        format!("{}{}", text("qemu.log"), text("serial.log"))
    }

    /// Panics with the log if the machine has ended.
    pub(crate) fn check_alive(&mut self) {
        if let Some(status) = self.qemu.try_wait().unwrap() {
            panic!("the virtual machine ended ({status}):\n{}", self.log());
        }
    }

    /// Touches a point.
    pub(crate) fn tap(&mut self, (x, y): (f32, f32)) {
        let axis = |name, value: f32, full: f32| {
            let value = (value * AXIS_MAX / full) as u32;
            json!({ "type": "abs", "data": { "axis": name, "value": value } })
        };
        let to = json!([axis("x", x, self.size.0), axis("y", y, self.size.1)]);
        self.command("input-send-event", json!({ "events": to }));
        for down in [true, false] {
            rest(FINGER);
            let button = json!([{ "type": "btn", "data": { "button": "left", "down": down } }]);
            self.command("input-send-event", json!({ "events": button }));
        }
    }

    /// Presses keys together and releases them: `ctrl`, `alt`, `f2` (QEMU's QKeyCode).
    pub(crate) fn keys(&mut self, names: &[&str]) {
        let keys: Vec<Value> = names
            .iter()
            .map(|name| json!({ "type": "qcode", "data": name }))
            .collect();
        self.command("send-key", json!({ "keys": keys }));
    }

    /// What the display shows; `None` as long as it has another size than the kiosk will set.
    pub(crate) fn look(&mut self) -> Option<Picture> {
        self.shots += 1;
        let file = self.workdir.join(format!("{:03}.png", self.shots));
        let shot = self.command("screendump", json!({ "filename": file, "format": "png" }));
        assert!(shot.get("error").is_none(), "no screenshot: {shot}");
        let picture = decode(&file);
        std::fs::remove_file(&file).unwrap();
        Some(picture).filter(|picture| (picture.width as f32, picture.height as f32) == self.size)
    }

    fn command(&mut self, name: &str, arguments: Value) -> Value {
        self.check_alive();
        let request = format!("{}\n", json!({ "execute": name, "arguments": arguments }));
        self.qmp
            .as_mut()
            .unwrap()
            .get_mut()
            .write_all(request.as_bytes())
            .unwrap();
        loop {
            let answer = self.line();
            // Events come in between.
            if answer.get("return").is_some() || answer.get("error").is_some() {
                return answer;
            }
        }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        let read = self.qmp.as_mut().unwrap().read_line(&mut line);
        if read.as_ref().is_ok_and(|bytes| *bytes > 0) {
            return serde_json::from_str(&line).unwrap();
        }
        panic!("QEMU doesn't answer ({read:?}):\n{}", self.log());
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

#[allow(clippy::disallowed_methods)] // the machine lives in real time
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[allow(clippy::disallowed_methods)] // same
pub(crate) fn rest(time: Duration) {
    std::thread::sleep(time);
}

fn decode(file: &Path) -> Picture {
    let decoder = png::Decoder::new(BufReader::new(File::open(file).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(
        (info.color_type, info.bit_depth),
        (png::ColorType::Rgb, png::BitDepth::Eight)
    );
    pixels.truncate(info.buffer_size());
    Picture {
        width: info.width,
        height: info.height,
        rgb: pixels,
    }
}
