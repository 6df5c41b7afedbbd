//! Where to listen, as it is said on the command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;

/// A place to listen: `127.0.0.1:1025`, `[::1]:1025`, `localhost:1025`; `:1025` or `1025` alone are of
/// 127.0.0.1, and port 0 is any that is free.
#[derive(Clone, Debug)]
pub(super) struct ListenAddress {
    /// As it was said.
    said: String,
    pub(super) socket: SocketAddr,
}

impl ListenAddress {
    /// Whether it is reached from this machine alone.
    pub(super) fn is_loopback(&self) -> bool {
        self.socket.ip().to_canonical().is_loopback()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.said
    }
}

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(said: &str) -> Result<Self, String> {
        if said.contains("://") {
            return Err("an address is HOST:PORT, and no URL".to_owned());
        }
        let (host, port) = said.rsplit_once(':').unwrap_or(("", said));
        let port: u16 = port
            .parse()
            .map_err(|_| "not PORT, :PORT or HOST:PORT".to_owned())?;
        let socket = match host {
            "" => (Ipv4Addr::LOCALHOST, port).into(),
            host => SocketAddr::new(ip_of(host)?, port),
        };
        let said = said.to_owned();
        Ok(Self { said, socket })
    }
}

/// The address itself, or the one that a name stands for; of several the IPv4 one, as clients try that too.
fn ip_of(host: &str) -> Result<IpAddr, String> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Some(bare) = bare {
        return bare
            .parse()
            .map_err(|_| format!("{host} is no IPv6 address"));
    }
    if host.contains(':') {
        return Err(format!("an IPv6 address stands in brackets: [{host}]:PORT"));
    }
    if let Ok(ip) = host.parse() {
        return Ok(ip);
    }
    let found = (host, 0).to_socket_addrs();
    let found: Vec<_> = found
        .map_err(|error| format!("{host} is not known: {error}"))?
        .map(|address| address.ip())
        .collect();
    let ipv4 = found.iter().find(|ip| ip.is_ipv4());
    let ip = ipv4.or(found.first()).copied();
    ip.ok_or_else(|| format!("{host} has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(said: &str) -> Result<String, String> {
        said.parse()
            .map(|address: ListenAddress| address.socket.to_string())
    }

    #[test]
    fn a_port_alone_is_of_the_loopback_interface() {
        assert_eq!(read("1025").unwrap(), "127.0.0.1:1025");
        assert_eq!(read(":1025").unwrap(), "127.0.0.1:1025");
        assert_eq!(read(":0").unwrap(), "127.0.0.1:0");
    }

    #[test]
    fn hosts_are_addresses_or_names() {
        assert_eq!(read("0.0.0.0:25").unwrap(), "0.0.0.0:25");
        assert_eq!(read("[::1]:25").unwrap(), "[::1]:25");
        let localhost: ListenAddress = "localhost:25".parse().unwrap();
        assert!(localhost.is_loopback());
    }

    #[test]
    fn what_is_none_says_why() {
        for (said, why) in [
            ("", "not PORT, :PORT or HOST:PORT"),
            ("127.0.0.1", "not PORT, :PORT or HOST:PORT"),
            (":99999", "not PORT, :PORT or HOST:PORT"),
            ("http://127.0.0.1:25", "an address is HOST:PORT, and no URL"),
            ("::1:25", "an IPv6 address stands in brackets: [::1]:PORT"),
            ("[127.0.0.1]:25x", "not PORT, :PORT or HOST:PORT"),
            ("[nothing]:25", "[nothing] is no IPv6 address"),
        ] {
            assert_eq!(read(said).unwrap_err(), why, "{said}");
        }
    }
}
