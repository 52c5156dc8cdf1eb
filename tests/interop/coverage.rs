//! The methods of the client, from its source.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Methods that ask nothing of the gateway.
const LOCAL: &[&str] = &[
    "builder",
    "client_id",
    "connection_time",
    "handshake_managed_accounts",
    "is_connected",
    "resubscribing",
    "server_version",
    "time_zone",
    "wait_connected",
];

/// Fails with the names of the methods that are not in `called`.
pub fn is_whole(called: &BTreeSet<&'static str>) {
    let methods = methods();
    assert!(methods.len() > 80, "the client's methods are read wrongly: {methods:?}");
    let missing: Vec<_> =
        methods.iter().filter(|name| !LOCAL.contains(&name.as_str()) && !called.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "methods of the client that were not used: {missing:?}");
}

/// The folder of the client's source, as cargo has unpacked it.
fn source() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let told = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let client = packages.iter().find(|package| package["name"] == "ibapi").unwrap();
    assert_eq!(client["version"], "5.5.0");
    Path::new(client["manifest_path"].as_str().unwrap()).with_file_name("src")
}

/// The public methods in every `impl Client` of the asynchronous client.
fn methods() -> BTreeSet<String> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![source()]);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == "async.rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let blocks = text.split("\nimpl Client {\n").skip(1).filter_map(|rest| rest.split("\n}\n").next());
                found.extend(blocks.flat_map(str::lines).filter_map(name_of));
            }
        }
    }
    found
}

fn name_of(line: &str) -> Option<String> {
    let rest = line.strip_prefix("    pub async fn ").or_else(|| line.strip_prefix("    pub fn "))?;
    Some(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}
