//! Profiles: whom to connect to, and what to expect there.
//!
//! Invariants: a profile whose port belongs to the other mode, whose account belongs to the other mode, or whose address
//! would carry orders over a network in the clear does not come into being; `live` is read-only until a file says
//! otherwise.

use std::net::IpAddr;

use indexmap::IndexMap;

use crate::domain::account::{AccountId, Mode};

/// The profile of the embedded paper gateway.
pub const SIM: &str = "sim";

/// The highest API client id accepted.
const CLIENT_ID_MAX: i32 = 999_999;

/// Whom to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Host and port of TWS or IB Gateway; `None` for the embedded gateway.
    pub address: Option<Address>,
    /// Our API client id; orders belong to it.
    pub client_id: i32,
    /// The mode the account must have.
    pub mode: Mode,
    /// The account; may be left open where the login manages one alone.
    pub account: Option<AccountId>,
    /// Whether orders are refused here; cancels pass.
    pub read_only: bool,
}

/// Host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A name or an IP address.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl Profile {
    fn local(port: Option<u16>, mode: Mode) -> Self {
        let address = port.map(|port| Address { host: "127.0.0.1".to_owned(), port });
        Self { address, client_id: 1, mode, account: None, read_only: mode == Mode::Live }
    }

    /// What a new profile of a file begins with.
    pub(super) fn blank(mode: Mode) -> Self {
        Self::local(None, mode)
    }

    /// The profiles there are without a file.
    pub(super) fn builtin() -> IndexMap<String, Self> {
        let all = [
            (SIM, None, Mode::Paper),
            ("paper", Some(7497), Mode::Paper),
            ("live", Some(7496), Mode::Live),
            ("gateway-paper", Some(4002), Mode::Paper),
            ("gateway-live", Some(4001), Mode::Live),
        ];
        all.into_iter().map(|(name, port, mode)| (name.to_owned(), Self::local(port, mode))).collect()
    }
}

/// `host:port`, `[v6]:port`.
pub(super) fn address(text: &str) -> Result<Address, String> {
    if text.contains("://") {
        return Err(format!("\"{text}\": a bare host and port are wanted, without a scheme"));
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(|| format!("\"{text}\" has no port: host:port"))?;
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    if host.is_empty() || host.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(format!("\"{host}\" is not a host: a name or an IP address"));
    }
    let port = port.parse::<u16>().ok().filter(|p| *p > 0);
    port.map(|port| Address { host: host.to_owned(), port })
        .ok_or_else(|| "the port is a number from 1 to 65535".to_owned())
}

/// Whether the host is this machine.
pub(super) fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The mode that a port is known for.
pub(super) const fn mode_of_port(port: u16) -> Option<Mode> {
    match port {
        7496 | 4001 => Some(Mode::Live),
        7497 | 4002 => Some(Mode::Paper),
        _ => None,
    }
}

/// A client id that owns orders.
pub(super) fn client_id(number: i64) -> Result<i32, String> {
    match i32::try_from(number) {
        Ok(0) => Err("client id 0 takes over orders entered by hand in TWS: use 1 or above".to_owned()),
        Ok(id @ 1..=CLIENT_ID_MAX) => Ok(id),
        _ => Err(format!("{number} is not a client id: 1 to {CLIENT_ID_MAX}")),
    }
}
