//! Dialling: one connection inside a time-out, and whether it may be used.
//!
//! Must not know: how often it is tried.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use ibapi::subscriptions::NoticeStream;
use ibapi::{Client, Error};
use tokio::time::timeout;

use super::Profile;
use crate::broker::event::Refusal;
use crate::domain::account::{AccountId, Mode};

/// How long TCP connect and handshake may take together; the client itself has no limit.
const DIAL_MAX: Duration = Duration::from_secs(10);
/// How long a client may take to let go of its socket.
const HANG_UP_MAX: Duration = Duration::from_secs(1);

/// A connection whose account has been checked.
pub struct Connection {
    /// The client.
    pub client: Arc<Client>,
    /// Messages that belong to no request, from the handshake on.
    pub notices: NoticeStream,
    /// The account of the session.
    pub account: AccountId,
}

/// Why there is no connection.
#[derive(Debug)]
pub enum Failure {
    /// Another attempt may help.
    Retry(Refusal),
    /// It cannot help: the account is not the one asked for.
    Refused(Refusal),
}

/// Dials once.
pub async fn dial(profile: &Profile) -> Result<Connection, Failure> {
    let dialling = Client::builder()
        .address(&*profile.address)
        .client_id(profile.client_id)
        .max_reconnect_attempts(0)
        .connect_with_notice_stream();
    let (client, notices) = match timeout(DIAL_MAX, dialling).await {
        Ok(Ok(connected)) => connected,
        Ok(Err(error)) => return Err(Failure::Retry(why(&error, profile))),
        Err(_) => {
            let text = format!(
                "{} took the connection and does not answer (504). Look for a question in its window.",
                profile.address
            );
            return Err(Failure::Retry(Refusal { code: Some(504), text: text.into() }));
        }
    };
    let client = Arc::new(client);
    match choose(profile, client.handshake_managed_accounts()) {
        Ok(account) => Ok(Connection { client, notices, account }),
        Err(refusal) => {
            hang_up(&client).await;
            Err(Failure::Refused(refusal))
        }
    }
}

/// Ends a connection.
pub async fn hang_up(client: &Client) {
    if timeout(HANG_UP_MAX, client.disconnect()).await.is_err() {
        tracing::warn!("the client did not let go of its socket in time");
    }
}

/// The account of the session: the named one, or the only one, of the mode the profile asks for (G02).
pub fn choose(profile: &Profile, managed: &[String]) -> Result<AccountId, Refusal> {
    let managed: Vec<AccountId> = managed.iter().filter(|a| !a.is_empty()).map(|a| AccountId::new(a)).collect();
    let list = || managed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let refuse = |text: String| Refusal { code: None, text: text.into() };
    let account = match (&profile.account, managed.as_slice()) {
        (_, []) => return Err(refuse(format!("{} manages no account. Log in there first.", profile.address))),
        (Some(named), all) if all.contains(named) => named.clone(),
        (Some(named), _) => {
            return Err(refuse(format!(
                "Account {named} is not managed at {}, which has {}. Name one of them in profile {}.",
                profile.address,
                list(),
                profile.name
            )));
        }
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(refuse(format!(
                "{} manages {} accounts: {}. Name one in profile {}.",
                profile.address,
                managed.len(),
                list(),
                profile.name
            )));
        }
    };
    if account.mode() == profile.mode {
        return Ok(account);
    }
    let found = match account.mode() {
        Mode::Live => "live",
        Mode::Paper => "paper",
    };
    Err(refuse(format!(
        "Profile {} found account {account}, which is {found}. Nothing was subscribed; use --profile {found}.",
        profile.name
    )))
}

/// Why a connection failed or ended, in the words of the status bar.
pub fn why(error: &Error, profile: &Profile) -> Refusal {
    let address = &profile.address;
    let (code, text) = match error {
        Error::ClientIdInUse { client_id } => (
            Some(326),
            format!(
                "Client id {client_id} is in use at {address} (326). Close the other program or set client_id; orders of id \
                 {client_id} stay with id {client_id}."
            ),
        ),
        Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => (
            Some(502),
            format!(
                "No gateway at {address} (502). Start TWS or IB Gateway and allow API clients, or start without --profile for \
                 the paper market."
            ),
        ),
        Error::ConnectionRejected(_) => {
            (None, format!("{address} closed the connection at once. Allow this host in its API settings."))
        }
        Error::Io(_) | Error::ConnectionReset | Error::ConnectionFailed | Error::Shutdown | Error::InvalidFrame(_) => {
            (None, format!("Connection reset by {address}."))
        }
        other => (None, other.to_string()),
    };
    Refusal { code, text: text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(mode: Mode, account: Option<&str>) -> Profile {
        Profile {
            name: if mode == Mode::Paper { "paper" } else { "live" }.into(),
            address: "127.0.0.1:7497".into(),
            mode,
            account: account.map(AccountId::new),
            ..Profile::default()
        }
    }

    fn chosen(profile: &Profile, managed: &[&str]) -> Result<String, String> {
        let managed: Vec<String> = managed.iter().map(ToString::to_string).collect();
        choose(profile, &managed).map(|a| a.reveal().to_owned()).map_err(|r| r.text.to_string())
    }

    #[test]
    fn a_paper_profile_refuses_a_live_account_and_the_other_way_round() {
        assert_eq!(
            chosen(&profile(Mode::Paper, None), &["U1234821"]),
            Err("Profile paper found account U…4821, which is live. Nothing was subscribed; use --profile live.".into())
        );
        assert!(chosen(&profile(Mode::Live, None), &["DU0000001"]).is_err());
        assert!(chosen(&profile(Mode::Live, Some("DU0000001")), &["DU0000001", "U1"]).is_err());
        assert_eq!(chosen(&profile(Mode::Paper, None), &["DU0000001"]), Ok("DU0000001".into()));
    }

    #[test]
    fn several_accounts_need_a_named_one() {
        let managed = ["DU0000001", "DU0000002", ""];
        assert!(chosen(&profile(Mode::Paper, None), &managed).unwrap_err().contains("DU…0001, DU…0002"));
        assert_eq!(chosen(&profile(Mode::Paper, Some("DU0000002")), &managed), Ok("DU0000002".into()));
        assert!(chosen(&profile(Mode::Paper, Some("DU0000003")), &managed).unwrap_err().contains("is not managed"));
        assert!(chosen(&profile(Mode::Paper, None), &[]).is_err());
    }
}
