//! Calls for a person: the agent played, and the agent and the backend as they are.
use super::*;
use host::Inbox;
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixListener;
use std::sync::mpsc::channel;

/// An agent that answers each request as it is told, and tells what it was asked.
fn played_agent(path: &Path, answers: &'static [&'static [u8]]) -> Receiver<String> {
    let listener = UnixListener::bind(path).unwrap();
    let (asked, requests) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = String::new();
            BufReader::new(&stream).read_line(&mut request).unwrap();
            asked.send(request).unwrap();
            let _ = stream.write_all(answer);
        }
    });
    requests
}

fn next(requests: &Receiver<String>) -> String {
    requests.recv_timeout(Duration::from_secs(60)).unwrap()
}

/// The next news that the visit hears.
fn heard(inbox: &Inbox) -> Option<(Job, StaffNews)> {
    match inbox.receive(Duration::from_secs(60)) {
        Some(Input::Staff { job, news }) => Some((job, news)),
        _ => None,
    }
}

#[test]
fn the_agent_is_told_the_stage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.sock");
    let inbox = Inbox::default();
    let requests = played_agent(&path, &[b"ok\n", b"\"coming\"\n", b"0\n", b"ok\n"]);
    let caller = caller(Some(path), inbox.sender());
    caller(Job(1), "awaiting_card");
    assert_eq!(next(&requests), "help awaiting_card\n");
    assert_eq!(next(&requests), "call\n");
    assert_eq!(heard(&inbox), Some((Job(1), StaffNews::Coming)));
    assert_eq!(next(&requests), "reprints\n");
    caller(Job(2), "secret");
    assert_eq!(next(&requests), "help secret\n");
}

#[test]
fn each_news_is_told_once_until_nothing_more_can_come() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.sock");
    let inbox = Inbox::default();
    // Each time how the call stands, and how often to print once more.
    let answers: &[&[u8]] = &[
        b"\"calling\"\n",
        b"0\n",
        b"",
        b"",
        b"\"told\"\n",
        b"0\n",
        b"\"told\"\n",
        b"what?\n",
        b"what?\n",
        b"1\n",
        b"\"coming\"\n",
        b"3\n",
        b"\"coming\"\n",
        b"3\n",
        b"\"none\"\n",
        b"\"told\"\n",
    ];
    let requests = played_agent(&path, answers);
    let (calls, waiting) = sync_channel(1);
    let follow = |job| follow(&path, job, &waiting, &inbox.sender(), Duration::from_millis(1));
    assert_eq!(follow(Job(7)), None);
    for expected in [
        StaffNews::Told,
        StaffNews::PrintAgain,
        StaffNews::Coming,
        StaffNews::PrintAgain,
        StaffNews::PrintAgain,
        StaffNews::NotReached,
    ] {
        assert_eq!(heard(&inbox), Some((Job(7), expected)));
    }
    assert_eq!(requests.try_iter().count(), 15, "the last answer was not asked for");
    calls.send((Job(9), "form")).unwrap();
    assert_eq!(follow(Job(8)), Some((Job(9), "form")), "a newer call counts");
}

#[test]
fn an_agent_that_hangs_up_is_asked_again_one_that_refuses_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.sock");
    let requests = played_agent(&path, &[b"", b"", b"ok\n", b"what?\n"]);
    call_patiently(&path, "secret", Duration::ZERO).unwrap();
    assert_eq!(
        (0..3).map(|_| next(&requests)).collect::<Vec<_>>(),
        ["help secret\n"; 3]
    );
    let refused = call_patiently(&path, "secret", Duration::ZERO);
    assert!(matches!(refused, Err(CallFault::NotTaken)), "{refused:?}");
}

#[test]
fn nobody_there_is_given_up_and_never_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.sock");
    let gone = call_patiently(&path, "secret", Duration::ZERO);
    assert!(matches!(gone, Err(CallFault::Agent(_))), "{gone:?}");
    // A listener that never answers: the calls come back nevertheless, however many.
    let _silent = UnixListener::bind(&path).unwrap();
    let inbox = Inbox::default();
    let caller = super::caller(Some(path), inbox.sender());
    (0..10_000).for_each(|number| caller(Job(number), "secret"));
    (super::caller(None, inbox.sender()))(Job(20_000), "secret");
    assert_eq!(heard(&inbox), Some((Job(20_000), StaffNews::NotReached)));
}

proptest! {
    #[test]
    fn only_ok_is_taken(answer in proptest::collection::vec(any::<u8>(), 1..100)) {
        prop_assume!(answer != b"ok\n");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let agent = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            BufReader::new(&stream).read_line(&mut String::new()).unwrap();
            let _ = stream.write_all(&answer);
        });
        prop_assert!(call(&path, "secret").is_err());
        agent.join().unwrap();
    }
}

/// A finger at the terminal, the agent, and the backend's list, each as it is in life.
#[test]
fn a_call_reaches_the_town_hall() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = fleet::enrol(&data, "Bürgeramt 1", store::IfKnown::Refuse).unwrap();
    let listen = "127.0.0.1:0".parse().unwrap();
    let server = fleet::Running::start(fleet::Config {
        data: data.clone(),
        listen,
    });
    let server = server.unwrap();
    let token = agent::Token::new(&token.reveal()).unwrap();
    let mut config = agent::Config::new(server.base_url(), token, folder.path().join("outbox.db"));
    let socket = folder.path().join("agent.sock");
    config.socket = Some(socket.clone());
    let control = agent::Control::default();
    let theirs = control.clone();
    let inbox = Inbox::default();
    let caller = caller(Some(socket), inbox.sender());
    // Before the agent is there: the caller tries again.
    caller(Job(3), "pin_forgotten");
    let agent = std::thread::spawn(move || {
        agent::run(&config, &theirs, &mut StdRng::seed_from_u64(1), |_| {}).unwrap();
    });
    let mut open = Vec::new();
    for _ in 0..600 {
        open = fleet::open_calls(&data).unwrap();
        if !open.is_empty() {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(100));
    }
    assert_eq!(open.len(), 1, "nobody heard");
    assert_eq!(
        (&*open[0].terminal, open[0].stage.as_str()),
        ("Bürgeramt 1", "pin_forgotten")
    );
    assert_eq!(heard(&inbox), Some((Job(3), StaffNews::Told)));
    assert!(fleet::answer_call(&data, "Bürgeramt 1").unwrap());
    assert_eq!(heard(&inbox), Some((Job(3), StaffNews::Coming)));
    control.stop();
    agent.join().unwrap();
}
