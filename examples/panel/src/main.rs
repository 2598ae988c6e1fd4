//! The sample product as a program: reads its command line, listens, serves.

use std::{net::SocketAddr, process::ExitCode};

use clap::Parser;
use panel::{Config, KeySource, app};
use tokio::net::TcpListener;

/// Nordlicht Hosting panel, the sample product behind a Pforte gateway.
#[derive(Parser)]
#[command(name = "panel", version)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:7002")]
    listen: SocketAddr,
    /// Where the gateway's public keys are (plain http).
    #[arg(long, default_value = "http://pforte.localhost:7000/.well-known/jwks.json")]
    jwks_url: String,
    /// The issuer that tokens must name.
    #[arg(long, default_value = "http://pforte.localhost:7000")]
    issuer: String,
    /// The audience that tokens must name.
    #[arg(long, default_value = "panel")]
    audience: String,
    /// Let customers sign in here directly, by a button (demo only).
    #[arg(long)]
    own_sign_in: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("panel: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<(), String> {
    let keys = KeySource::url(&arguments.jwks_url).map_err(|e| format!("--jwks-url: {e}"))?;
    let listen = arguments.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|e| format!("cannot listen on {listen}: {e}; use --listen"))?;
    let local = listener.local_addr().map_err(|e| e.to_string())?;
    let config = Config {
        audience: arguments.audience,
        own_sign_in: arguments.own_sign_in,
        origin: format!("http://{local}"),
        ..Config::new(keys, arguments.issuer)
    };
    println!("panel: listening on http://{local}");
    let stop = async {
        // Without a signal handler the program still ends, only less gently.
        let _ = tokio::signal::ctrl_c().await;
    };
    tokio::select! {
        served = axum::serve(listener, app(config)) => served.map_err(|e| e.to_string()),
        () = stop => Ok(()),
    }
}
