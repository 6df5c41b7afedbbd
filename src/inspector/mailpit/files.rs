//! The files that come with a mail, as Mailpit tells them from what is shown.

use crate::mail::{Message, Part};

/// A part that a reader sees as a file, or within the body.
pub(super) struct File<'a> {
    pub(super) number: usize,
    pub(super) part: Part<'a>,
    pub(super) is_inline: bool,
}

impl File<'_> {
    pub(super) fn name(&self) -> String {
        let name = self.part.name().or_else(|| self.part.content_id());
        name.map_or_else(|| format!("part-{}", self.number), str::to_owned)
    }
}

/// The files of a mail, and not those of a mail that is one of them.
pub(super) fn files_of(message: &Message) -> Vec<File<'_>> {
    fn walk<'a>(part: Part<'a>, number: &mut usize, is_within: bool, files: &mut Vec<File<'a>>) {
        let is_shown = part.content_id().is_some()
            && !part.content_type().starts_with("text/")
            && !part.content_type().starts_with("multipart/");
        let is_file = part.is_attachment();
        if !is_within && (is_file || is_shown) {
            let disposition = part.headers().first("Content-Disposition");
            let is_said_inline = disposition.is_some_and(|field| {
                let value = field.value().trim_start().as_bytes();
                value.len() >= 6 && value[..6].eq_ignore_ascii_case(b"inline")
            });
            files.push(File {
                number: *number,
                part,
                is_inline: !is_file || is_said_inline,
            });
        }
        *number += 1;
        for child in part.children() {
            walk(child, number, is_within || is_file, files);
        }
    }
    let mut files = Vec::new();
    walk(message.root(), &mut 0, false, &mut files);
    files
}
