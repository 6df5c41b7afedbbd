//! Programs of other languages, as clients.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// As [`output_of`], of a program that must succeed.
pub fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<()> {
    let output = output_of(program, arguments, input)?;
    assert!(output.status.success(), "{program}: {output:?}");
    Some(())
}

/// Runs another program with the message as its standard input. `None` if there is no such program
/// here; under CI it must be there.
pub fn output_of(program: &str, arguments: &[&str], input: &[u8]) -> Option<Output> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("skipped: {program} is not to be had here: {error}");
            return None;
        }
        Err(error) => panic!("{program} is missing: {error}"),
    };
    // One that gives up early does not read it.
    let _ = child.stdin.take().unwrap().write_all(input);
    Some(child.wait_with_output().unwrap())
}

/// Where the CI script has installed what Node.js needs.
pub const NODE_MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/node/node_modules");

pub fn has_node_modules() -> bool {
    std::path::Path::new(NODE_MODULES).exists() || std::env::var_os("CI").is_some()
}
