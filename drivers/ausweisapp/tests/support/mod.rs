//! The emulated German identity card (vsmartcard's nPA) behind a pcscd of its own, prepared by
//! `tests/peers/eid-card/prepare.sh`. Every process is a child that is killed by its id when its guard falls.
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const START_PATIENCE: Duration = Duration::from_secs(20);
const SYSTEM_FOLDER: &str = "/run/pcscd";

/// The work folder, the same for all crates below one target folder.
fn work_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("eid-card")
}

/// Builds and installs what is missing; panics with the script's words when that fails.
pub fn prepare() {
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs the test");
    let script = Path::new(&here).join("../../tests/peers/eid-card/prepare.sh");
    run(Command::new("bash").arg(&script).arg(work_folder()));
    if !Path::new("/usr/bin/AusweisApp2").exists() {
        let mut install = Command::new("apt-get");
        install.args([
            "-o",
            "DPkg::Lock::Timeout=600",
            "install",
            "-y",
            "--no-install-recommends",
            "ausweisapp2",
        ]);
        run(install.env("DEBIAN_FRONTEND", "noninteractive"));
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("it can be run");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{words}");
}

/// A child that ends with this value.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A world for one test run: a folder, free ports, a pcscd that no other program of this machine sees.
pub struct Peer {
    run: PathBuf,
    port: u16,
    namespace: bool,
    /// Without a mount namespace pcscd is the machine's only one.
    _alone: Option<File>,
}

impl Peer {
    pub fn new(name: &str) -> Self {
        let run = work_folder().join(format!("run-{name}-{}", std::process::id()));
        fs::create_dir_all(run.join("pcscd")).expect("the work folder can be written");
        let unshare = Command::new("unshare")
            .args(["-m", "true"])
            .stderr(Stdio::null())
            .status();
        let namespace = unshare.is_ok_and(|status| status.success());
        let alone = (!namespace).then(alone);
        Self {
            port: free_ports(),
            run,
            namespace,
            _alone: alone,
        }
    }

    pub fn folder(&self) -> &Path {
        &self.run
    }

    pub fn socket(&self) -> PathBuf {
        let folder = if self.namespace {
            self.run.join("pcscd")
        } else {
            SYSTEM_FOLDER.into()
        };
        folder.join("pcscd.comm")
    }

    /// Starts pcscd with a virtual reader; returns when it answers.
    pub fn start_pcscd(&self) -> Running {
        let port = self.port;
        let config = self.run.join("reader.conf");
        let library = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
        let reader = format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{port:#06X}\n");
        fs::write(&config, format!("{reader}LIBPATH {library}\nCHANNELID {port:#06X}\n")).expect("a configuration");
        let _ = fs::remove_file(self.socket());
        let mut command = dying_with_us();
        if self.namespace {
            let script = "mkdir -p /run/pcscd && mount --bind \"$0\" /run/pcscd && exec pcscd -f -a -c \"$1\"";
            command
                .args(["unshare", "-m", "sh", "-c", script])
                .arg(self.run.join("pcscd"))
                .arg(&config);
        } else {
            command.args(["pcscd", "-f", "-a", "-c"]).arg(&config);
        }
        let running = Running(self.logged(command, "pcscd.log"));
        let deadline = Instant::now() + START_PATIENCE;
        while UnixStream::connect(self.socket()).is_err() {
            assert!(
                Instant::now() < deadline,
                "pcscd doesn't answer:\n{}",
                self.log("pcscd.log")
            );
            sleep(Duration::from_millis(20));
        }
        running
    }

    /// Lays a fresh card on: three tries, PIN 111111, CAN 222222.
    pub fn lay_card_on(&self) -> Running {
        let work = work_folder();
        let file = |name: &str| work.join("pki").join(name);
        let mut command = dying_with_us();
        command.args(["/usr/bin/python3", "-u"]).arg(work.join("vicc/vicc.py"));
        command.args(["-t", "nPA", "-H", "127.0.0.1", "-P", &self.port.to_string()]);
        command
            .arg("--cvca")
            .arg(file("cvca.cvcert"))
            .arg("--ca-key")
            .arg(file("chip_ca.pkcs8"));
        command.arg("--ef-cardaccess").arg(file("ef_cardaccess.bin"));
        command.arg("--ef-cardsecurity").arg(file("ef_cardsecurity.bin"));
        command.env(
            "PYTHONPATH",
            format!("{}:{}", work.join("pyeac").display(), work.join("vicc").display()),
        );
        Running(self.logged(command, "vicc.log"))
    }

    /// What pcscd or the card said, for messages.
    pub fn log(&self, name: &str) -> String {
        fs::read_to_string(self.run.join(name)).unwrap_or_default()
    }

    fn logged(&self, mut command: Command, name: &str) -> Child {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.run.join(name))
            .expect("a log");
        let errors = log.try_clone().expect("a second handle");
        command
            .current_dir(&self.run)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        command.spawn().expect("it can be started")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // After a failure the logs stay.
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.run);
        }
    }
}

/// Waits until no other test of this machine has the one pcscd; clears up what a killed one has left.
fn alone() -> File {
    let lock = File::create(std::env::temp_dir().join("pcscd-of-a-test.lock")).expect("a lock file");
    lock.lock().expect("the lock");
    let socket = Path::new(SYSTEM_FOLDER).join("pcscd.comm");
    assert!(
        UnixStream::connect(&socket).is_err(),
        "another pcscd runs, and mount namespaces aren't allowed: stop it"
    );
    let _ = fs::remove_file(socket);
    let _ = fs::remove_file(Path::new(SYSTEM_FOLDER).join("pcscd.pid"));
    lock
}

/// A command whose process gets SIGKILL should this thread end first.
pub fn dying_with_us() -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    command
}

/// A port p such that p and p + 1 are free: the virtual reader has two slots.
fn free_ports() -> u16 {
    for _ in 0..100 {
        let first = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = first.local_addr().expect("its address").port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
    panic!("no two neighbouring ports are free");
}
