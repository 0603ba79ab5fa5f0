//! The printer's two threads: one at the line, one at the print head.
use super::Shared;
use super::decoder::Watcher;
use core::time::Duration;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

/// How often the line is looked at when nothing comes in.
const TICK: Duration = Duration::from_millis(10);

/// So many rows are printed between two waits: a wait for each would be more than the clock can tell.
const ROWS_AT_ONCE: usize = 16;

/// Serves whoever calls, one at a time, until the printer is switched off.
pub(super) fn listen(listener: &TcpListener, shared: &Shared) {
    for stream in listener.incoming() {
        if shared.open().is_off {
            return;
        }
        if let Ok(stream) = stream
            && !shared.open().faults.is_dead
        {
            serve(stream, shared);
        }
    }
}

/// One call, until either side hangs up.
fn serve(mut stream: TcpStream, shared: &Shared) {
    if stream.set_read_timeout(Some(TICK)).is_err() {
        return;
    }
    shared.open().says.clear();
    let mut watcher = Watcher::default();
    let mut chunk = [0; 2048];
    loop {
        let read = stream.read(&mut chunk);
        let count = match read {
            Ok(0) => return,
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => 0,
            Err(_) => return,
        };
        for byte in chunk.get(..count).unwrap_or_default() {
            let mut mechanics = shared.open();
            // the byte first: a command that forgets the buffer forgets itself
            mechanics.buffer.push_back(*byte);
            if let Some(command) = watcher.see(*byte) {
                mechanics.real_time(&command);
            }
        }
        shared.changed.notify_all();
        loop {
            let mut mechanics = shared.open();
            let said = core::mem::take(&mut mechanics.says);
            if mechanics.is_off || mechanics.faults.is_dead {
                return;
            }
            let has_room = mechanics.has_room();
            drop(mechanics);
            if stream.write_all(&said).is_err() {
                return;
            }
            if has_room {
                break;
            }
            // a full buffer: nothing more is read, but it is noticed when the other side is gone
            if matches!(stream.peek(&mut [0]), Ok(0)) || is_broken(&stream) {
                return;
            }
            let mechanics = shared.open();
            drop(shared.changed.wait_timeout(mechanics, TICK));
        }
    }
}

fn is_broken(stream: &TcpStream) -> bool {
    matches!(stream.take_error(), Ok(Some(_)) | Err(_))
}

/// Prints what the buffer holds, as fast as the printer is.
pub(super) fn print(shared: &Shared) {
    let mut rows = 0;
    let mut mechanics = shared.open();
    while !mechanics.is_off {
        let step = mechanics.step();
        rows += step.unwrap_or(0);
        let wait = match step {
            Some(_) if rows < ROWS_AT_ONCE => continue,
            Some(_) => {
                let speed = mechanics.faults.rows_per_second.max(1);
                Duration::from_secs_f64(rows as f64 / speed as f64)
            }
            None => TICK,
        };
        rows = 0;
        shared.changed.notify_all();
        let waited = match step {
            // the motor takes its time, whatever happens meanwhile
            Some(_) => shared
                .changed
                .wait_timeout_while(mechanics, wait, |mechanics| !mechanics.is_off),
            None => shared.changed.wait_timeout(mechanics, wait),
        };
        match waited {
            Ok((open, _)) => mechanics = open,
            Err(_) => return,
        }
    }
}
