//! Display groups: windows that show one contract together.
//!
//! In TWS a client subscribes to a coloured group and hears which contract its windows show, or sets it. There are no
//! windows here: a group shows what the client itself last set, and every subscription of this client to it hears so.
//! Invariants: as many groups as TWS has; a group shows only contracts of this market. Absent: groups between clients.

use std::collections::BTreeMap;

use super::Session;
use crate::gateway::driver::World;
use crate::gateway::feed::Listing;
use crate::gateway::venue::Fault;
use crate::gateway::wire::Reply;
use crate::gateway::wire::proto::{
    DisplayGroupList, DisplayGroupUpdated, SubscribeToGroupEventsRequest, UpdateDisplayGroupRequest,
};

/// The groups of TWS.
const GROUPS: std::ops::RangeInclusive<i32> = 1..=7;
/// A group that shows nothing.
const NOTHING: &str = "none";

/// A client's groups.
#[derive(Debug, Default)]
pub(super) struct Groups {
    shown: BTreeMap<i32, String>,
    subscriptions: BTreeMap<i32, i32>,
}

impl Groups {
    fn shown(&self, group: i32) -> String {
        self.shown.get(&group).map_or(NOTHING, String::as_str).to_owned()
    }
}

/// Whether `info` is what a group can show: nothing, or `conId@EXCHANGE` of a contract of this market.
fn is_showable(info: &str) -> bool {
    let con_id = info.split_once('@').and_then(|(con_id, _)| con_id.parse().ok());
    info == NOTHING || con_id.is_some_and(|con_id| Listing::by_con_id(con_id).is_some())
}

impl Session {
    pub(super) fn display_groups(&mut self, req_id: Option<i32>) {
        let groups = GROUPS.map(|group| group.to_string()).collect::<Vec<_>>().join("|");
        self.send(&Reply::DisplayGroupList(DisplayGroupList { req_id, groups: Some(groups) }));
    }

    pub(super) fn subscribe_to_group(&mut self, request: SubscribeToGroupEventsRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let group = request.group_id.unwrap_or(0);
        if !GROUPS.contains(&group) {
            return self.fault(
                req_id,
                Fault::new(322, "Error processing request.-'b' : cause - Invalid display group"),
                world,
            );
        }
        self.groups.subscriptions.insert(req_id, group);
        self.group_shows(req_id, self.groups.shown(group));
    }

    fn group_shows(&mut self, req_id: i32, info: String) {
        let contract_info = Some(info);
        self.send(&Reply::DisplayGroupUpdated(DisplayGroupUpdated { req_id: Some(req_id), contract_info }));
    }

    pub(super) fn update_group(&mut self, request: &UpdateDisplayGroupRequest, world: &World) {
        let Some(req_id) = request.req_id else { return };
        let Some(group) = self.groups.subscriptions.get(&req_id).copied() else {
            return self.fault(
                req_id,
                Fault::new(322, "Error processing request.-'b' : cause - The display group is not subscribed to"),
                world,
            );
        };
        let info = request.contract_info.as_deref().unwrap_or(NOTHING).trim();
        if !is_showable(info) {
            return self.fault(req_id, Fault::new(200, "No security definition has been found for the request"), world);
        }
        self.groups.shown.insert(group, info.to_owned());
        let hearing: Vec<i32> =
            self.groups.subscriptions.iter().filter(|(_, of)| **of == group).map(|(req_id, _)| *req_id).collect();
        for req_id in hearing {
            self.group_shows(req_id, info.to_owned());
        }
    }

    pub(super) fn unsubscribe_from_group(&mut self, req_id: Option<i32>) {
        req_id.and_then(|req_id| self.groups.subscriptions.remove(&req_id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_shows_contracts_of_this_market_and_nothing() {
        for info in ["none", "265598@SMART"] {
            assert!(is_showable(info), "{info}");
        }
        for info in ["", "combo", "265598", "1@SMART", "x@SMART"] {
            assert!(!is_showable(info), "{info}");
        }
    }
}
