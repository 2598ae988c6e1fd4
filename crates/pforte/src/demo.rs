//! `pforte demo`: a whole server on this machine, with sample people and a sample product.
//!
//! Only here does the sign-in page offer people as buttons. Everything lies in one folder and listens
//! on loopback.

mod people;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::process::{Child, Command};

use crate::{
    Failure, config, secrets_file,
    serve::{self, Mode},
};

/// The sample product's catalogue, as its developer wrote it.
const CATALOGUE: &str = include_str!("../../../examples/panel/catalogue.toml");

#[derive(clap::Args)]
pub struct Arguments {
    /// Where the demo's files lie; made if it is not there.
    #[arg(long, default_value = "target/demo")]
    data: PathBuf,
    /// The portal's port; the gateway takes the next one, the sample product the one after.
    #[arg(long, default_value_t = 7000)]
    port: u16,
    /// Begin anew: forget what an earlier demo left.
    #[arg(long)]
    fresh: bool,
    /// The sample product's program; beside this one when left out.
    #[arg(long)]
    panel: Option<PathBuf>,
    /// A configuration to use instead of one made for this machine; with it, ports are the file's.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Runs the demo until a signal ends it.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    if arguments.fresh && arguments.data.exists() {
        fs::remove_dir_all(&arguments.data)?;
    }
    fs::create_dir_all(&arguments.data)?;
    let path = match &arguments.config {
        Some(path) => path.clone(),
        None => write_config(&arguments.data, arguments.port)?,
    };
    let config = config::read(&path)?;
    // Anybody who reaches a demo is let in as anybody.
    if ![&config.portal, &config.gateway].iter().all(|l| l.listen.ip().is_loopback()) {
        return Err("a demo listens on this machine only: use 127.0.0.1 in `listen`".into());
    }
    if !config.secrets.exists() {
        secrets_file::create(&config.secrets)?;
    }
    let started = serve::start(&config, Mode { demo: true }).await?;
    people::seed(&started.app).await?;
    let panel = match arguments.config {
        // Whoever brings a configuration also runs the product it names.
        Some(_) => None,
        None => Some(start_panel(&arguments, &config.portal.origin()).await?),
    };
    tell(&config.portal.origin(), panel.is_some().then_some(arguments.port + 2));
    let ended = started.wait().await;
    drop(panel);
    ended
}

fn write_config(data: &Path, port: u16) -> Result<PathBuf, Failure> {
    let (gateway, panel) = (port + 1, port + 2);
    let path = data.join("pforte.toml");
    let text = format!(
        "catalogue = [\"catalogue.toml\"]\n\n\
         [server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://pforte.localhost:{port}\"\n\
         data = \".\"\nsecrets = \"secrets.toml\"\n\n\
         [gateway]\nlisten = \"127.0.0.1:{gateway}\"\npublic_url = \"http://gate.localhost:{gateway}\"\n\n\
         # Try it: pforte mail receive --config {} --to support@nordlicht.example < mail.eml\n\
         [[support]]\naddress = \"support@nordlicht.example\"\n\
         [support.check]\nhow = \"header\"\nauthserv_id = \"mx.nordlicht.example\"\n",
        path.display()
    );
    fs::write(&path, text)?;
    fs::write(data.join("catalogue.toml"), CATALOGUE.replace(":7002", &format!(":{panel}")))?;
    Ok(path)
}

async fn start_panel(arguments: &Arguments, issuer: &str) -> Result<Child, Failure> {
    let beside = env::current_exe()?.with_file_name("panel");
    let program = arguments.panel.clone().unwrap_or(beside);
    let port = arguments.port + 2;
    let mut child = Command::new(&program)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(["--jwks-url", &format!("{issuer}/.well-known/jwks.json")])
        .args(["--issuer", issuer, "--audience", "panel", "--own-sign-in"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| format!("cannot start the sample product {}: {e}", program.display()))?;
    // A port that is taken shows at once.
    tokio::time::sleep(Duration::from_millis(300)).await;
    if let Some(status) = child.try_wait()? {
        return Err(
            format!("the sample product ended at once ({status}); is port {port} free? Try --port").into()
        );
    }
    Ok(child)
}

fn tell(portal: &str, panel: Option<u16>) {
    println!("\nPforte is open for a look. Sign in by a button, or as below.\n");
    println!("  Customer  {portal}/             marta@oduya-ceramics.example   {}", people::PASSWORD);
    println!("  Agent     {portal}/desk         lena                           {}", people::PASSWORD);
    println!("  Lead      {portal}/desk/alarms  ruth                           {}", people::PASSWORD);
    println!("\n  One-time codes for staff: a button signs in without; or add this to your app:");
    println!("  {}", people::TOTP);
    if let Some(port) = panel {
        println!("\n  The sample product, as the customer uses it: http://panel.localhost:{port}/login");
    }
    println!("\n  Use two browsers, or a private window, for customer and agent. Ctrl-C ends it.\n");
}
