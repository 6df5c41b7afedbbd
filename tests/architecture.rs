//! Holds the code to the plan of the house: who may import whom.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms it may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("smtp", &[]),
    ("cookbook", &[]),
    // The binary, which has the library as everybody has it.
    ("main", &["cli"]),
    ("cli", &[]),
    ("clock", &[]),
    ("condition", &[]),
    ("error", &[]),
    ("times", &[]),
    ("percent", &[]),
    ("mail", &["smtp", "condition", "percent", "times"]),
    ("exchange", &["smtp"]),
    ("session", &["smtp", "mail", "exchange"]),
    (
        "session_matcher",
        &["smtp", "mail", "exchange", "session", "condition", "times"],
    ),
    ("rejection", &["smtp", "mail"]),
    (
        "rejection_matcher",
        &["smtp", "mail", "rejection", "condition"],
    ),
    ("journal", &["smtp", "mail", "rejection"]),
    ("received", &["mail", "rejection", "session"]),
    ("waiters", &[]),
    (
        "store",
        &[
            "smtp",
            "mail",
            "session",
            "rejection",
            "received",
            "times",
            "waiters",
            "journal",
        ],
    ),
    ("rules", &["smtp", "mail", "clock", "times", "journal"]),
    ("spec", &["smtp", "mail", "clock", "rules"]),
    (
        "report",
        &[
            "smtp",
            "mail",
            "session",
            "exchange",
            "session_matcher",
            "rejection",
            "rejection_matcher",
            "condition",
            "rules",
            "received",
            "store",
            "times",
        ],
    ),
    (
        "inbox",
        &[
            "clock",
            "smtp",
            "mail",
            "session",
            "session_matcher",
            "rejection",
            "rejection_matcher",
            "times",
            "received",
            "store",
            "error",
            "report",
        ],
    ),
    (
        "inspector",
        &[
            "smtp",
            "mail",
            "session",
            "rejection",
            "rules",
            "spec",
            "received",
            "store",
            "inbox",
            "percent",
        ],
    ),
    (
        "server",
        &[
            "smtp",
            "mail",
            "clock",
            "times",
            "rules",
            "spec",
            "store",
            "error",
            "report",
            "inbox",
            "inspector",
            "percent",
        ],
    ),
];

/// A crate, and the only places that may use it.
const CRATES: &[(&str, &[&str])] = &[
    (
        "tokio",
        &[
            "server/",
            "inspector/aside.rs",
            "inspector/connection.rs",
            "inspector/events.rs",
            "inspector/inspector.rs",
            "inspector/limits.rs",
            "inspector/pieces.rs",
            "clock.rs",
            "cli/shutdown.rs",
        ],
    ),
    ("clap", &["cli/"]),
    ("reqwest", &["cli/wait.rs"]),
    ("toml", &["cli/rules_file.rs"]),
    ("tracing_subscriber", &["cli/log.rs"]),
    ("mailmock", &["cli/"]),
    ("socket2", &["server/"]),
    ("tokio_rustls", &["server/stream.rs", "server/tls/"]),
    ("rcgen", &["server/tls/"]),
    ("yasna", &["server/tls/subject.rs"]),
    ("mailparse", &["mail/"]),
    ("axum", &["inspector/"]),
    ("utoipa", &["inspector/", "spec/"]),
    ("hyper", &["inspector/connection.rs"]),
    ("hyper_util", &["inspector/connection.rs"]),
    (
        "data_encoding",
        &[
            "smtp/sasl/exchange.rs",
            "inspector/token.rs",
            "spec/action.rs",
            "inspector/framed.rs",
        ],
    ),
    (
        "parking_lot",
        &[
            "store/store.rs",
            "waiters.rs",
            "rules/",
            "clock.rs",
            "inspector/mailpit/read.rs",
        ],
    ),
    ("regex_lite", &["mail/"]),
    ("html5gum", &["mail/html.rs", "inspector/framed.rs"]),
    ("tracing", &["journal.rs", "cli/log.rs"]),
    ("linkify", &["mail/links.rs"]),
];

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files
        .iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            let code: Vec<_> = fs::read_to_string(path)
                .unwrap()
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .map(str::to_owned)
                .collect();
            (name, code.join("\n"))
        })
        .collect()
}

fn room_of(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The rooms behind `crate::` in a text.
fn imported_rooms(code: &str) -> BTreeSet<&str> {
    code.match_indices("crate::")
        .filter(|(i, _)| !code[..*i].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .map(|(i, _)| {
            let rest = &code[i + "crate::".len()..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn rooms_import_downwards_only() {
    for (file, code) in sources() {
        let room = room_of(&file);
        if room == "lib" {
            continue;
        }
        let allowed = ROOMS.iter().find(|(name, _)| *name == room);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{file} is in no known room"));
        for imported in imported_rooms(&code) {
            assert!(
                imported == room || allowed.contains(&imported),
                "{file} imports crate::{imported}, which {room} may not"
            );
        }
    }
}

#[test]
fn crates_stay_in_their_places() {
    for (file, code) in sources() {
        for (name, places) in CRATES {
            let is_used = code.contains(&format!("{name}::"));
            let is_allowed = places.iter().any(|place| file.starts_with(place));
            assert!(!is_used || is_allowed, "{file} uses {name}");
        }
    }
}

#[test]
fn files_stay_small() {
    for (file, code) in sources() {
        if file.ends_with("/tests.rs") {
            continue; // a table of cases is as long as it is
        }
        let code = code.split("\n#[cfg(test)]\n").next().unwrap();
        let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(
            lines <= 320,
            "{file} has {lines} lines of code: split it by noun"
        );
    }
}
