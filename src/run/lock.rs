//! Who hosts the embedded gateway, and who sits where.
//!
//! One process of a user hosts the embedded gateway and holds its lock for as long as it lives; the lock file says its
//! process id and port, and others join that port. When the host ends, the lock goes to one that waits for it, which
//! serves on the same port. The kernel drops a lock with its process, so a crash leaves nothing to clean up.
//!
//! A seat is an API client id with its journal: workstations of one profile take the first that is free, commands the last, so that no two
//! share order ids or a journal, and the broker never sees the same client twice.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::threads;

/// Workstations of one profile at the same time.
pub const SEATS: u16 = 8;

/// What a workstation writes beside its process id into the lock of its seat, where the gateway writes its port.
const WORKSTATION: u16 = 0;
/// The same of a command.
const COMMAND: u16 = 1;

/// A file locked by this process; unlocked when dropped or when the process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock of `path`, or says that another process has it.
    pub fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self { file })),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for the lock of `path`, for as long as another process has it.
    pub fn wait(path: &Path) -> io::Result<Self> {
        let file = open(path)?;
        loop {
            match flock(&file, FlockOperation::LockExclusive) {
                Ok(()) => return Ok(Self { file }),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes who holds it and where it serves.
    pub fn say(&mut self, port: u16) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.set_len(0)?;
        self.file.write_all(format!("{} {port}\n", std::process::id()).as_bytes())
    }
}

/// Process id and port as the holder of `path` has written them; `None` if it has not, or nothing readable.
pub fn holder(path: &Path) -> io::Result<Option<(u32, u16)>> {
    let mut text = String::new();
    match File::open(path) {
        Ok(mut file) => file.read_to_string(&mut text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // A line without its end is one that is being written.
    let Some(line) = text.strip_suffix('\n') else { return Ok(None) };
    let Some((pid, port)) = line.split_once(' ') else { return Ok(None) };
    Ok(pid.parse().ok().zip(port.parse().ok()))
}

/// Where a workstation sits: how far its client id lies above the profile's, and its journal.
#[derive(Debug)]
pub struct Seat {
    /// 0 for the first.
    pub number: u16,
    /// Its journal.
    pub journal: PathBuf,
    _lock: Lock,
}

/// The journal of a seat.
pub fn journal_path(folder: &Path, number: u16) -> PathBuf {
    if number == 0 { folder.join("journal.db") } else { folder.join(format!("journal-{}.db", number + 1)) }
}

/// Takes the first free seat in `folder`; `None` when all are taken.
pub fn take_seat(folder: &Path) -> io::Result<Option<Seat>> {
    for number in 0..SEATS {
        if let Some(seat) = take_this_seat(folder, number)? {
            return Ok(Some(seat));
        }
    }
    Ok(None)
}

/// Takes the first free seat in `folder` for a workstation, `None` when all are taken: the first of all, where HALT is kept,
/// also when a command has it that is gone within `span`.
pub fn take_workstation_seat(folder: &Path, span: Duration) -> io::Result<Option<Seat>> {
    let path = seat_path(folder, 0);
    let commanded = is_taken(folder, 0)? && holder(&path)?.is_some_and(|(_, word)| word == COMMAND);
    if commanded {
        let (give, given) = sync_channel(0);
        // Ends with the command at the latest; a lock that comes too late finds nobody and is dropped.
        threads::start("seat", move || {
            let _ = give.send(Lock::wait(&path));
        })?;
        if let Ok(lock) = given.recv_timeout(span) {
            return sit(folder, 0, lock?, WORKSTATION).map(Some);
        }
    }
    take_seat(folder)
}

/// Takes one seat in `folder`; `None` when it is taken.
pub fn take_this_seat(folder: &Path, number: u16) -> io::Result<Option<Seat>> {
    take(folder, number, WORKSTATION)
}

/// Takes one seat in `folder` for a command, which is soon gone; `None` when it is taken.
pub fn take_for_command(folder: &Path, number: u16) -> io::Result<Option<Seat>> {
    take(folder, number, COMMAND)
}

fn take(folder: &Path, number: u16, word: u16) -> io::Result<Option<Seat>> {
    Lock::try_take(&seat_path(folder, number))?.map(|lock| sit(folder, number, lock, word)).transpose()
}

fn sit(folder: &Path, number: u16, mut lock: Lock, word: u16) -> io::Result<Seat> {
    lock.say(word)?;
    Ok(Seat { number, journal: journal_path(folder, number), _lock: lock })
}

/// Whether somebody sits there now.
pub fn is_taken(folder: &Path, number: u16) -> io::Result<bool> {
    let path = seat_path(folder, number);
    Ok(path.exists() && Lock::try_take(&path)?.is_none())
}

/// The lock file of a seat.
fn seat_path(folder: &Path, number: u16) -> PathBuf {
    folder.join(format!("seat-{}.lock", u32::from(number).saturating_add(1)))
}

/// Opens a lock file, making it and its folder for the owner alone.
fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_goes_to_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/gateway.lock");
        let mut first = Lock::try_take(&path).unwrap().expect("free");
        assert_eq!(holder(&path).unwrap(), None);
        first.say(4_711).unwrap();
        assert!(Lock::try_take(&path).unwrap().is_none());
        assert_eq!(holder(&path).unwrap(), Some((std::process::id(), 4_711)));
        drop(first);
        let mut second = Lock::wait(&path).unwrap();
        second.say(1).unwrap();
        assert_eq!(holder(&path).unwrap(), Some((std::process::id(), 1)));
    }

    #[test]
    fn seats_have_journals_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let first = take_seat(folder.path()).unwrap().expect("free");
        let second = take_seat(folder.path()).unwrap().expect("free");
        assert_eq!((first.number, second.number), (0, 1));
        assert_ne!(first.journal, second.journal);
        drop(first);
        assert!(!is_taken(folder.path(), 0).unwrap() && is_taken(folder.path(), 1).unwrap());
        assert!(take_this_seat(folder.path(), 1).unwrap().is_none());
        assert_eq!(take_seat(folder.path()).unwrap().expect("free").number, 0);
        drop(second);
    }

    #[test]
    fn a_workstation_waits_for_the_first_seat_while_a_command_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let _command = take_for_command(folder.path(), 0).unwrap().expect("free");
        let late = take_workstation_seat(folder.path(), Duration::from_millis(20)).unwrap().expect("a seat");
        assert_eq!(late.number, 1, "it does not wait for ever");
        let folder = tempfile::tempdir().unwrap();
        let command = take_for_command(folder.path(), 0).unwrap().expect("free");
        let path = folder.path().to_owned();
        let waits = std::thread::spawn(move || take_workstation_seat(&path, Duration::from_mins(1)).unwrap());
        drop(command);
        let first = waits.join().unwrap().expect("a seat");
        assert_eq!(first.number, 0);
        let second = take_workstation_seat(folder.path(), Duration::from_mins(1)).unwrap().expect("a seat");
        assert_eq!(second.number, 1, "a workstation is not waited for");
    }

    #[test]
    fn half_a_line_is_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("l");
        for text in ["", "12", "12 40", "x y\n", "12\n"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(holder(&path).unwrap(), None, "{text:?}");
        }
    }
}
