//! The embedded gateway: hosted here, or joined where another process of this user hosts it.
//!
//! It is a gateway like any other: the workstation reaches it over a socket. Who holds the lock serves; who does not joins
//! the port the lock file names and waits, on a thread of its own, to inherit lock and port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::lock::{Lock, holder};
use super::threads::{self, Running};
use crate::clock::Stamp;
use crate::domain::SafeText;
use crate::gateway::{self, GatewayError, Options};

/// How long to wait for the port of a host that has just begun.
const PORT_MAX: Duration = Duration::from_secs(2);

/// How often the lock file is read meanwhile; there is no event to wait for.
const PORT_LOOK: Duration = Duration::from_millis(5);

/// The lock file in a state folder.
pub fn lock_path(folder: &Path) -> PathBuf {
    folder.join("gateway.lock")
}

/// The embedded gateway as this process has it.
#[derive(Debug)]
pub struct Embedded {
    /// The port, once it is known; an error says why there is none.
    pub port: Receiver<Result<u16, String>>,
    /// The serving thread, if this process hosts.
    pub thread: Option<Running>,
}

/// The port of the process that hosts the gateway of `folder`; `None` if there is none.
pub fn find(folder: &Path) -> io::Result<Option<u16>> {
    let path = lock_path(folder);
    let free = |path: &Path| Lock::try_take(path).map(|lock| lock.is_some());
    if !path.exists() || free(&path)? {
        return Ok(None);
    }
    let end = Stamp::now().plus(PORT_MAX);
    loop {
        match holder(&path)? {
            Some((_, port)) if port != 0 => return Ok(Some(port)),
            _ if end.since(Stamp::now()).is_zero() => {
                let text = format!("another process holds {} and does not say its port", path.display());
                return Err(io::Error::other(text));
            }
            _ => std::thread::park_timeout(PORT_LOOK),
        }
    }
}

/// Serves the account of `folder` to be looked at, as it was left: nothing fills, nothing is written. Needs no lock.
pub fn look_at(folder: &Path, stop: CancellationToken) -> io::Result<Embedded> {
    let (tell, port) = sync_channel(1);
    let path = folder.join("gateway.db");
    let thread = threads::start("gateway", move || {
        let options = Options { state: path.exists().then_some(path), frozen: true, ..Options::default() };
        let served = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let gateway = gateway::bind(options).await?;
                let _ = tell.try_send(Ok(gateway.addr().port()));
                Ok::<_, GatewayFailure>(gateway.run(stop).await?)
            })
        };
        if let Err(error) = served() {
            tracing::error!(%error, "the embedded gateway has ended");
            let _ = tell.try_send(Err(error.to_string()));
        }
    })?;
    Ok(Embedded { port, thread: Some(thread) })
}

/// What every host needs.
#[derive(Debug, Clone)]
struct Host {
    folder: PathBuf,
    stop: CancellationToken,
    warnings: mpsc::Sender<SafeText>,
}

/// Hosts the gateway whose state is in `folder`, or joins the process that does.
pub fn start(folder: &Path, stop: CancellationToken, warnings: mpsc::Sender<SafeText>) -> io::Result<Embedded> {
    let host = Host { folder: folder.to_path_buf(), stop, warnings };
    let (tell, port) = sync_channel(1);
    let path = lock_path(folder);
    if let Some(lock) = Lock::try_take(&path)? {
        let thread = threads::start("gateway", move || host.serve(lock, 0, &tell))?;
        return Ok(Embedded { port, thread: Some(thread) });
    }
    // Never joined: it waits for another process, and ends with this one.
    threads::start("gateway-heir", move || host.inherit(&path, &tell))?;
    Ok(Embedded { port, thread: None })
}

impl Host {
    /// Serves until stopped. `tell` hears the port.
    fn serve(&self, mut lock: Lock, port: u16, tell: &SyncSender<Result<u16, String>>) {
        let Err(error) = self.try_serve(&mut lock, port, tell) else { return };
        tracing::error!(%error, "the embedded gateway has ended");
        let _ = tell.try_send(Err(error.to_string()));
        let text = format!("The paper gateway has ended: {error}");
        let _ = self.warnings.try_send(SafeText::new(&text));
    }

    fn try_serve(
        &self,
        lock: &mut Lock,
        port: u16,
        tell: &SyncSender<Result<u16, String>>,
    ) -> Result<(), GatewayFailure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let options = Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            state: Some(self.folder.join("gateway.db")),
            ..Options::default()
        };
        runtime.block_on(async {
            let gateway = gateway::bind(options).await?;
            let port = gateway.addr().port();
            lock.say(port)?;
            let _ = tell.try_send(Ok(port));
            gateway.run(self.stop.clone()).await?;
            Ok(())
        })
    }

    /// Names the present host's port, then waits for its end and takes its place. One that ends before it has said its port
    /// only looked whether anybody hosts.
    fn inherit(&self, path: &Path, tell: &SyncSender<Result<u16, String>>) {
        let port = match self.port_of_holder(path) {
            Ok(Holder::At(port)) => port,
            Ok(Holder::Gone(lock)) => return self.serve(lock, 0, tell),
            Err(why) => {
                let _ = tell.try_send(Err(why));
                return;
            }
        };
        let _ = tell.try_send(Ok(port));
        match Lock::wait(path) {
            Ok(_) if self.stop.is_cancelled() => {}
            Ok(lock) => {
                tracing::info!(port, "the gateway's host has ended: serving in its place");
                self.serve(lock, port, tell);
            }
            Err(error) => tracing::error!(%error, "the gateway's lock cannot be waited for"),
        }
    }

    fn port_of_holder(&self, path: &Path) -> Result<Holder, String> {
        let end = Stamp::now().plus(PORT_MAX);
        loop {
            // What stands in the file may be of a process that has ended: the lock says so.
            if let Ok(Some(lock)) = Lock::try_take(path) {
                return Ok(Holder::Gone(lock));
            }
            match holder(path) {
                Ok(Some((_, port))) if port != 0 => return Ok(Holder::At(port)),
                Ok(_) if end.since(Stamp::now()).is_zero() || self.stop.is_cancelled() => {
                    return Err(format!("another process holds {} and does not say its port", path.display()));
                }
                Ok(_) => std::thread::park_timeout(PORT_LOOK),
                Err(error) => return Err(format!("{}: {error}", path.display())),
            }
        }
    }
}

/// Who holds the lock.
enum Holder {
    /// A process that serves on this port.
    At(u16),
    /// Nobody any more: it is ours.
    Gone(Lock),
}

/// Why hosting ended.
#[derive(Debug, thiserror::Error)]
enum GatewayFailure {
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Io(#[from] io::Error),
}
