//! How a text differs from the one that was expected.

/// Lines shown around and of a difference.
const CONTEXT: usize = 2;
const SHOWN: usize = 12;

/// Characters of a short text that are shown.
const SHORT: usize = 200;

/// The lines that differ, those expected with `-`, those found with `+`; short texts in quotes.
pub(super) fn text_diff(expected: &str, found: &str) -> String {
    if !expected.contains('\n') && !found.contains('\n') {
        return quoted(found);
    }
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let same_before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[same_before..], &new[same_before..]);
    let pairs = old_rest.iter().rev().zip(new_rest.iter().rev());
    let same_behind = pairs.take_while(|(a, b)| a == b).count();
    if old_rest.is_empty() && new_rest.is_empty() {
        return "only the line ends are others, or how many there are at the end".to_owned();
    }
    let mut lines = vec!["it differs:".to_owned()];
    if same_before > CONTEXT {
        lines.push(format!("  … {} lines as expected", same_before - CONTEXT));
    }
    let before = &old[same_before.saturating_sub(CONTEXT)..same_before];
    lines.extend(before.iter().map(|line| format!("  {}", shown(line))));
    push_shortened(&mut lines, '-', &old_rest[..old_rest.len() - same_behind]);
    push_shortened(&mut lines, '+', &new_rest[..new_rest.len() - same_behind]);
    let behind = &old[old.len() - same_behind..];
    lines.extend(
        behind
            .iter()
            .take(CONTEXT)
            .map(|line| format!("  {}", shown(line))),
    );
    if same_behind > CONTEXT {
        lines.push(format!("  … {} lines as expected", same_behind - CONTEXT));
    }
    lines.join("\n")
}

/// A text in quotes: whole if it is short, else head and tail.
pub(super) fn quoted(text: &str) -> String {
    let count = text.chars().count();
    if count <= SHORT {
        return format!("{text:?}");
    }
    let head: String = text.chars().take(SHORT / 2).collect();
    let tail: String = text.chars().skip(count - SHORT / 2).collect();
    format!("{head:?} … {} characters … {tail:?}", count - SHORT / 2 * 2)
}

fn push_shortened(lines: &mut Vec<String>, sign: char, changed: &[&str]) {
    let first = changed.iter().take(SHOWN);
    lines.extend(first.map(|line| format!("{sign} {}", shown(line))));
    if changed.len() > SHOWN {
        lines.push(format!("{sign} … {} more lines", changed.len() - SHOWN));
    }
}

/// A line without what a terminal would obey, and cut if it is long.
fn shown(line: &str) -> String {
    let cut: String = line.chars().take(SHORT).collect();
    let more = if cut.len() < line.len() { "…" } else { "" };
    if cut.contains(char::is_control) {
        return format!("{}{more}", cut.escape_debug());
    }
    cut + more
}
