//! Texts that are too long to be told whole.

pub(super) fn shortened(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((i, _)) => format!("{}…", &text[..i]),
        None => text.to_owned(),
    }
}

/// At most that many lines.
pub(super) fn cut(text: &str, lines: usize) -> String {
    let count = text.lines().count();
    if count <= lines {
        return text.to_owned();
    }
    let kept: Vec<&str> = text.lines().take(lines - 1).collect();
    format!("{}\n… {} more lines", kept.join("\n"), count - kept.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_says_how_much_of_it_is_missing() {
        let text = "line\n".repeat(100);
        let cut_text = cut(&text, 40);
        assert_eq!(cut_text.lines().count(), 40);
        assert!(cut_text.ends_with("\n… 61 more lines"));
        assert_eq!(cut("a\nb", 2), "a\nb");
    }
}
