//! Whom a certificate names: its subject (RFC 5280 §4.1.2.6), as RFC 4514 writes it.

use yasna::models::ObjectIdentifier;
use yasna::{ASN1Result, BERReader, BERReaderSeq, Tag, parse_der};

pub(super) fn subject_of(certificate: &[u8]) -> Option<String> {
    let names = parse_der(certificate, |reader| {
        reader.read_sequence(|certificate| {
            let names = certificate.next().read_sequence(read_subject)?;
            skip_rest(certificate)?; // the signature
            Ok(names)
        })
    });
    // RFC 4514 §2.1: the last one first.
    let names: Vec<_> = names.ok()?.into_iter().rev().collect();
    Some(names.join(","))
}

fn read_subject(fields: &mut BERReaderSeq<'_, '_>) -> ASN1Result<Vec<String>> {
    fields.read_optional(|version| version.read_tagged(Tag::context(0), |v| v.read_der()))?;
    for _ in ["serialNumber", "signature", "issuer", "validity"] {
        fields.next().read_der()?;
    }
    let names = fields
        .next()
        .collect_sequence_of(|name| name.collect_set_of(read_attribute))?;
    skip_rest(fields)?; // the key, and extensions
    Ok(names.iter().map(|parts| parts.join("+")).collect())
}

fn skip_rest(fields: &mut BERReaderSeq<'_, '_>) -> ASN1Result<()> {
    while fields.read_optional(|field| field.read_der())?.is_some() {}
    Ok(())
}

fn read_attribute(reader: BERReader<'_, '_>) -> ASN1Result<String> {
    reader.read_sequence(|attribute| {
        let kind = attribute.next().read_oid()?;
        let value = attribute.next().read_tagged_der()?;
        let value = String::from_utf8_lossy(value.value()).into_owned();
        Ok(format!("{}={}", keyword(&kind), escaped(&value)))
    })
}

/// RFC 4514 §3: the keyword, or the number if there is none.
fn keyword(kind: &ObjectIdentifier) -> String {
    let keyword = match kind.components().as_slice() {
        [2, 5, 4, 3] => "CN",
        [2, 5, 4, 6] => "C",
        [2, 5, 4, 7] => "L",
        [2, 5, 4, 8] => "ST",
        [2, 5, 4, 9] => "STREET",
        [2, 5, 4, 10] => "O",
        [2, 5, 4, 11] => "OU",
        [0, 9, 2342, 19_200_300, 100, 1, 1] => "UID",
        [0, 9, 2342, 19_200_300, 100, 1, 25] => "DC",
        _ => return kind.to_string(),
    };
    keyword.to_owned()
}

/// RFC 4514 §2.4.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for (i, c) in value.char_indices() {
        let is_edge = i == 0 || i + c.len_utf8() == value.len();
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => escaped.extend(['\\', c]),
            ' ' if is_edge => escaped.extend(['\\', c]),
            '#' if i == 0 => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.extend(c.escape_default()),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;

    #[test]
    fn subjects_are_written_as_in_rfc_4514() {
        let mut params = CertificateParams::default();
        let name = &mut params.distinguished_name;
        name.remove(DnType::CommonName);
        name.push(DnType::CountryName, "GB");
        name.push(DnType::OrganizationName, "Sue, Grabbit and Runn");
        name.push(DnType::CommonName, " Käse+Brot #1");
        name.push(DnType::CustomDnType(vec![1, 3, 6, 1, 4, 1, 1466, 0]), "x");
        let key = KeyPair::generate().expect("the system has random numbers");
        let certificate = params.self_signed(&key).expect("its names are texts");
        assert_eq!(
            subject_of(certificate.der()).as_deref(),
            Some("1.3.6.1.4.1.1466.0=x,CN=\\ Käse\\+Brot #1,O=Sue\\, Grabbit and Runn,C=GB")
        );
        assert_eq!(subject_of(b"no certificate"), None);
        assert_eq!(subject_of(&certificate.der()[..100]), None);
    }
}
