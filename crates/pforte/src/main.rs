//! The Pforte server and its command line.
//!
//! Reads the configuration, brings clock, randomness and secrets, and wires the parts together. Must
//! hold no rule. Start reading at `serve.rs`.

mod check;
mod config;
mod demo;
mod incoming;
mod init;
mod outgoing;
mod pages;
mod people;
mod private;
mod product;
mod secrets_file;
mod serve;
mod socket;
mod sources;
mod tls;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// The help desk whose staff have no standing access.
#[derive(Parser)]
#[command(name = "pforte", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make configuration, secret keys, database and the first provider.
    Init(init::Arguments),
    /// Run the server.
    Serve(ConfigArgument),
    /// Run a server with sample people and a sample product on this machine.
    Demo(demo::Arguments),
    /// Read configuration and product catalogue, and say what is wrong with them.
    CheckConfig(check::Arguments),
    /// The provider's people.
    #[command(subcommand)]
    Staff(people::Verb),
    /// Mail that is handed over by other programs, and signing in to mail hosts.
    #[command(subcommand)]
    Mail(incoming::receive::Verb),
    /// Print the API's OpenAPI document.
    Openapi,
}

#[derive(clap::Args)]
struct ConfigArgument {
    /// The configuration file.
    #[arg(long, default_value = "pforte.toml", env = "PFORTE_CONFIG")]
    config: PathBuf,
}

/// What went wrong, in words for the administrator.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PFORTE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // At `trace` it writes whole commands, with passwords and tokens; nobody can ask for that.
    let filter = filter.add_directive("async_imap=info".parse().expect("a directive"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let done = match Arguments::parse().verb {
        Verb::Init(arguments) => init::run(arguments).await,
        Verb::Serve(argument) => serve::run(&argument.config).await,
        Verb::Demo(arguments) => demo::run(arguments).await,
        Verb::CheckConfig(arguments) => check::run(arguments).await,
        Verb::Staff(verb) => people::run(verb).await,
        Verb::Mail(verb) => return incoming::receive::run(verb).await,
        Verb::Openapi => openapi(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pforte: {error}");
            ExitCode::FAILURE
        }
    }
}

fn openapi() -> Result<(), Failure> {
    println!("{}", serde_json::to_string_pretty(&pforte_server::openapi())?);
    Ok(())
}
