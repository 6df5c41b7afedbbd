//! MD5 (RFC 1321) and HMAC-MD5 (RFC 2104), for CRAM-MD5 alone: no crate of the default build has them.

/// The digest of a text under a key, in lower-case hexadecimal, as RFC 2195 §2 has it.
pub(super) fn hmac_md5_hex(key: &[u8], text: &[u8]) -> String {
    let mut padded = [0; BLOCK];
    if key.len() > BLOCK {
        padded[..16].copy_from_slice(&md5(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let inner = md5(&[&padded.map(|b| b ^ 0x36)[..], text].concat());
    let outer = md5(&[&padded.map(|b| b ^ 0x5c)[..], &inner[..]].concat());
    outer.iter().map(|b| format!("{b:02x}")).collect()
}

/// Octets that are digested at a time.
const BLOCK: usize = 64;

/// RFC 1321 §3.4: how far each of the four operations of a round turns its word.
const SHIFTS: [[u32; 4]; 4] = [
    [7, 12, 17, 22],
    [5, 9, 14, 20],
    [4, 11, 16, 23],
    [6, 10, 15, 21],
];

fn md5(text: &[u8]) -> [u8; 16] {
    let mut padded = text.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).next_multiple_of(BLOCK) - 8, 0);
    padded.extend_from_slice(&(text.len() as u64 * 8).to_le_bytes());
    let start = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    let state = padded.chunks_exact(BLOCK).fold(start, digest_block);
    let mut digest = [0; 16];
    for (octets, word) in digest.chunks_exact_mut(4).zip(state) {
        octets.copy_from_slice(&word.to_le_bytes());
    }
    digest
}

fn digest_block(state: [u32; 4], block: &[u8]) -> [u32; 4] {
    let word = |i: usize| {
        let octets = [0, 1, 2, 3].map(|k| block[4 * i + k]);
        u32::from_le_bytes(octets)
    };
    let [mut a, mut b, mut c, mut d] = state;
    for i in 0..BLOCK {
        let (mixed, k) = match i / 16 {
            0 => ((b & c) | (!b & d), i),
            1 => ((d & b) | (!d & c), (5 * i + 1) % 16),
            2 => (b ^ c ^ d, (3 * i + 5) % 16),
            _ => (c ^ (b | !d), (7 * i) % 16),
        };
        // RFC 1321 §3.4: 4294967296 times abs(sin(i)), i in radians.
        let sine = (((i + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
        let sum = a
            .wrapping_add(mixed)
            .wrapping_add(word(k))
            .wrapping_add(sine);
        (a, d, c) = (d, c, b);
        b = b.wrapping_add(sum.rotate_left(SHIFTS[i / 16][i % 4]));
    }
    [
        state[0].wrapping_add(a),
        state[1].wrapping_add(b),
        state[2].wrapping_add(c),
        state[3].wrapping_add(d),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_1321() {
        let vectors = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ];
        for (text, digest) in vectors {
            let found: String = md5(text.as_bytes())
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect();
            assert_eq!(found, digest, "{text:?}");
        }
    }

    #[test]
    fn the_vectors_of_rfc_2202() {
        let cases: [(&[u8], &[u8], &str); 4] = [
            (&[0x0b; 16], b"Hi There", "9294727a3638bb1c13f48ef8158bfc9d"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "750c783e6ab0b503eaa86e310a5db738",
            ),
            (&[0xaa; 16], &[0xdd; 50], "56be34521d144c88dbb8c733f0e8b3f6"),
            (
                &[0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd",
            ),
        ];
        for (key, text, digest) in cases {
            assert_eq!(hmac_md5_hex(key, text), digest);
        }
    }
}
