//! Serves mail on a fixed port until it is killed: `cargo run --release --example serve -- 2525`.
//! It is what benchmarks drive; a test starts its server in its own process instead.

use mailmock::MailServer;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args()
        .nth(1)
        .ok_or("usage: serve PORT")?
        .parse()?;
    let server = MailServer::builder()
        .port(port)
        .max_stored(8 * 1024 * 1024 * 1024)
        .try_start()?;
    eprintln!("READY {}:{}", server.host(), server.port());
    loop {
        std::thread::park();
    }
}
