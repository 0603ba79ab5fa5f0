//! The emulated German identity card (vsmartcard's nPA) behind a real pcscd: prepared by `eid-card/prepare.sh`, started
//! and stopped here. Every process is a child that is killed by its id when its guard falls, and by the kernel should
//! this process die before that.
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Where libpcsclite finds pcscd; read by it when a context is established.
const SOCKET_VARIABLE: &str = "PCSCLITE_CSOCK_NAME";
/// The folder of this run, given by the outer process to the inner one.
const RUN_VARIABLE: &str = "SCHALTER_EID_CARD_RUN";
/// Longest path of a Unix socket.
const SOCKET_PATH_MAX: usize = 107;
const SYSTEM_SOCKET: &str = "/run/pcscd/pcscd.comm";
const START_PATIENCE: Duration = Duration::from_secs(20);
/// So long without a command, and nobody is at work with the card.
const QUIET: Duration = Duration::from_millis(700);

/// What prepares the card, and what it calls; carried along, so that a program far from the tree has them too.
const SCRIPTS: [(&str, &str); 3] = [
    ("prepare.sh", include_str!("../eid-card/prepare.sh")),
    ("repair-vicc.sh", include_str!("../eid-card/repair-vicc.sh")),
    ("coordinate.c", include_str!("../eid-card/coordinate.c")),
];

/// The work folder, fixed below the target folder that this program was built in, so that a second run finds what was
/// built. It is the same for all tests (Cargo's `CARGO_TARGET_TMPDIR`) and the bench.
fn work_folder() -> PathBuf {
    let this = std::env::current_exe().expect("this program");
    let profile = this
        .ancestors()
        .find(|folder| folder.ends_with("debug") || folder.ends_with("release"));
    let target = profile.and_then(Path::parent).expect("a program in a target folder");
    target.join("tmp/eid-card")
}

/// A file of the certificates' and keys' folder.
pub fn pki(name: &str) -> PathBuf {
    work_folder().join("pki").join(name)
}

/// Builds what is missing.
///
/// # Panics
/// With the script's words, when that fails.
pub fn prepare() {
    let work = work_folder();
    let scripts = work.join(format!("scripts-{}", std::process::id()));
    fs::create_dir_all(&scripts).expect("the work folder can be written");
    for (name, text) in SCRIPTS {
        fs::write(scripts.join(name), text).expect("a script");
    }
    let output = Command::new("bash")
        .arg(scripts.join("prepare.sh"))
        .arg(&work)
        .output()
        .expect("bash can be run");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the emulated card could not be prepared in {}:
{words}",
        work.display()
    );
    // Nobody reads them any more.
    let _ = fs::remove_dir_all(scripts);
}

/// How pcscd is kept apart from one that this machine may run already.
enum Apart {
    /// Its own view of /run/pcscd, in a mount namespace.
    Namespace,
    /// Namespaces aren't allowed here, and nothing else answers on the system's socket.
    Alone,
}

/// A world for one test run: a folder of its own, free ports, and the socket's path.
pub struct Peer {
    run: PathBuf,
    port: u16,
    apart: Apart,
    socket: PathBuf,
    inner: bool,
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

impl Peer {
    /// A world in which nothing runs yet; `name` tells it from other worlds of this process.
    pub fn new(name: &str) -> Self {
        let run = work_folder().join(format!("run-{}-{name}", std::process::id()));
        fs::create_dir_all(run.join("pcscd")).expect("the work folder can be written");
        let namespace = Command::new("unshare")
            .args(["-m", "true"])
            .stderr(Stdio::null())
            .status();
        let (apart, socket) = if namespace.is_ok_and(|status| status.success()) {
            (Apart::Namespace, run.join("pcscd/pcscd.comm"))
        } else {
            let answered = UnixStream::connect(SYSTEM_SOCKET).is_ok();
            assert!(
                !answered,
                "another pcscd runs on {SYSTEM_SOCKET}, and mount namespaces aren't allowed here: stop it"
            );
            // What a pcscd that died has left behind would keep ours from starting.
            remove_stale_socket();
            (Apart::Alone, PathBuf::from(SYSTEM_SOCKET))
        };
        let length = socket.as_os_str().len();
        assert!(
            length <= SOCKET_PATH_MAX,
            "{} is too long for a socket: use a shorter target folder",
            socket.display()
        );
        Self {
            port: free_ports(),
            run,
            apart,
            socket,
            inner: false,
        }
    }

    /// The variable, and its value, with which a program finds this world's pcscd.
    pub fn environment(&self) -> (&'static str, &Path) {
        (SOCKET_VARIABLE, &self.socket)
    }

    /// Where its logs are.
    pub fn folder(&self) -> &Path {
        &self.run
    }

    /// The world that the outer process has chosen; `None` in the outer process itself.
    pub fn inside() -> Option<Self> {
        let run = PathBuf::from(std::env::var_os(RUN_VARIABLE)?);
        let socket = PathBuf::from(std::env::var_os(SOCKET_VARIABLE)?);
        let apart = if socket == Path::new(SYSTEM_SOCKET) {
            Apart::Alone
        } else {
            Apart::Namespace
        };
        Some(Self {
            port: free_ports(),
            run,
            apart,
            socket,
            inner: true,
        })
    }

    /// Runs the test of that name once more, in a process whose libpcsclite finds this world's pcscd.
    pub fn run_inside(&self, test: &str) -> bool {
        let this = std::env::current_exe().expect("this program");
        let mut command = dying_with_us();
        command
            .arg(this)
            .args(["--exact", test, "--nocapture", "--include-ignored"]);
        self.let_in(&mut command);
        command.status().expect("this program can be run").success()
    }

    /// Gives a program the variables by which [`Peer::inside`], libpcsclite and SoftHSM find this world.
    pub fn let_in(&self, command: &mut Command) {
        command.env(SOCKET_VARIABLE, &self.socket).env(RUN_VARIABLE, &self.run);
        command.env("SOFTHSM2_CONF", pki("softhsm2.conf"));
    }

    /// Starts pcscd with one virtual reader and a log of all APDUs; returns when it answers.
    pub fn start_pcscd(&self) -> Running {
        let port = self.port;
        let config = self.run.join("reader.conf");
        let library = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
        let reader = format!("FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{port:#06X}\n");
        fs::write(&config, format!("{reader}LIBPATH {library}\nCHANNELID {port:#06X}\n")).expect("a configuration");
        let _ = fs::remove_file(&self.socket);
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())
            .expect("a log");
        let mut command = dying_with_us();
        match self.apart {
            Apart::Namespace => {
                let script = "mkdir -p /run/pcscd && mount --bind \"$0\" /run/pcscd && exec pcscd -f -a -c \"$1\"";
                command
                    .args(["unshare", "-m", "sh", "-c", script])
                    .arg(self.run.join("pcscd"))
                    .arg(&config)
            }
            Apart::Alone => command.args(["pcscd", "-f", "-a", "-c"]).arg(&config),
        };
        let errors = log.try_clone().expect("a second handle");
        let child = command
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .expect("pcscd can be started");
        let mut running = Running(child);
        let deadline = Instant::now() + START_PATIENCE;
        while UnixStream::connect(&self.socket).is_err() {
            let ended = running.0.try_wait().ok().flatten();
            assert!(ended.is_none(), "pcscd ended at once ({ended:?}):\n{}", self.log());
            assert!(
                Instant::now() < deadline,
                "pcscd doesn't answer on {}:\n{}",
                self.socket.display(),
                self.log()
            );
            sleep(Duration::from_millis(20));
        }
        running
    }

    /// Lays the card on: a fresh one, with three tries.
    pub fn lay_card_on(&self) -> Running {
        let work = work_folder();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.run.join("vicc.log"))
            .expect("a log");
        let errors = log.try_clone().expect("a second handle");
        let path = format!("{}:{}", work.join("pyeac").display(), work.join("vicc").display());
        let mut command = dying_with_us();
        command.args(["/usr/bin/python3", "-u"]).arg(work.join("vicc/vicc.py"));
        command.args(["-t", "nPA", "-H", "127.0.0.1", "-P", &self.port.to_string()]);
        command
            .arg("--cvca")
            .arg(pki("cvca.cvcert"))
            .arg("--ca-key")
            .arg(pki("chip_ca.pkcs8"));
        command.arg("--ef-cardaccess").arg(pki("ef_cardaccess.bin"));
        command.arg("--ef-cardsecurity").arg(pki("ef_cardsecurity.bin"));
        command.arg("--datasetfile").arg(pki("person.txt"));
        command.env("LD_PRELOAD", work.join("pyeac/coordinate.so"));
        command.env("PYTHONPATH", path).current_dir(&self.run);
        let child = command
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .expect("the card can be started");
        Running(child)
    }

    /// What the emulator said, for messages.
    pub fn card_log(&self) -> String {
        fs::read_to_string(self.run.join("vicc.log")).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.run.join("pcscd.log")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Waits until pcscd has passed on nothing for a moment: whoever uses the card is between two jobs.
    pub fn until_quiet(&self) {
        let mut seen = self.commands().len();
        for _moment in 0..20 {
            sleep(QUIET);
            let now = self.commands().len();
            if now == seen {
                return;
            }
            seen = now;
        }
    }

    /// The commands that pcscd has passed on so far, from its own log.
    pub fn commands(&self) -> Vec<Vec<u8>> {
        let log = self.log();
        let hex = |line: &str| -> Option<Vec<u8>> {
            let (_, bytes) = line.split_once("APDU: ")?;
            bytes
                .split_whitespace()
                .map(|byte| u8::from_str_radix(byte, 16).ok())
                .collect()
        };
        log.lines().filter_map(hex).collect()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if !self.inner && matches!(self.apart, Apart::Alone) {
            remove_stale_socket();
        }
        // The outer process clears up; after a failure the logs stay.
        if !self.inner && !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.run);
        }
    }
}

/// Removes what a killed pcscd leaves on the system's place and a new one stumbles over.
fn remove_stale_socket() {
    let _ = fs::remove_file(SYSTEM_SOCKET);
    let _ = fs::remove_file("/run/pcscd/pcscd.pid");
}

/// A command whose process gets SIGKILL should this thread end first.
fn dying_with_us() -> Command {
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
