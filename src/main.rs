//! The standalone server, for test suites in any language: `mailmock`, and `mailmock wait`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
