//! `pforte demo`: a whole server on this machine, with sample people and a sample product.
//!
//! Only here does the sign-in page offer people as buttons. Everything lies in one folder and listens
//! on loopback.

mod people;
mod steps;
mod week;

use std::{env, fs, path::PathBuf, process::Stdio, time::Duration};

use tokio::process::{Child, Command};

use steps::Places;

use crate::{
    Failure, config, secrets_file,
    serve::{self, Mode},
};

/// The sample product's catalogue, as its developer wrote it.
const CATALOGUE: &str = include_str!("../../../examples/panel/catalogue.toml");
/// Where the sample customers write to.
const SUPPORT: &str = "support@nordlicht.example";

#[derive(clap::Args)]
pub struct Arguments {
    /// Where the demo's files lie; made if it is not there.
    #[arg(long, default_value = "target/demo")]
    data: PathBuf,
    /// The portal's port; the gateway takes the next one, the sample product the one after, its second
    /// system the last of four.
    #[arg(long, default_value_t = 7000)]
    port: u16,
    /// Begin anew: forget what an earlier demo left.
    #[arg(long)]
    fresh: bool,
    /// Only the sample people and one product, without the week that lies behind them.
    #[arg(long)]
    people_only: bool,
    /// The sample product's program; beside this one when left out.
    #[arg(long)]
    panel: Option<PathBuf>,
    /// A configuration to use instead of one made for this machine; with it, ports are the file's.
    #[arg(long)]
    config: Option<PathBuf>,
}

impl Arguments {
    /// The week needs the demo's own products and support.
    const fn has_week(&self) -> bool {
        !self.people_only && self.config.is_none()
    }
}

/// Runs the demo until a signal ends it.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    if arguments.fresh && arguments.data.exists() {
        fs::remove_dir_all(&arguments.data)?;
    }
    fs::create_dir_all(&arguments.data)?;
    let path = match &arguments.config {
        Some(path) => path.clone(),
        None => write_config(&arguments)?,
    };
    let config = config::read(&path)?;
    // Anybody who reaches a demo is let in as anybody.
    if ![&config.portal, &config.gateway].iter().all(|l| l.listen.ip().is_loopback()) {
        return Err("a demo listens on this machine only: use 127.0.0.1 in `listen`".into());
    }
    if !config.secrets.exists() {
        secrets_file::create(&config.secrets)?;
    }
    if arguments.has_week() {
        week::live(&config).await?;
    }
    let started = serve::start(&config, Mode { demo: true }).await?;
    people::seed(&started.app).await?;
    let mut panels = Vec::new();
    // Whoever brings a configuration also runs the products it names.
    if arguments.config.is_none() {
        for product in products(&arguments) {
            panels.push(start_panel(&arguments, &config.portal.origin(), product).await?);
        }
    }
    let panel = (!panels.is_empty()).then(|| format!("http://panel.localhost:{}/login", arguments.port + 2));
    let places = Places { portal: &config.portal.origin(), panel, mails: &config.mail_folder };
    steps::tell(steps::language(), &places);
    let ended = started.wait().await;
    drop(panels);
    ended
}

/// A product of the demo: its id, what customers call it, and how far from the first port it listens.
#[derive(Clone, Copy)]
struct Product {
    id: &'static str,
    name: &'static str,
    port: u16,
}

const PRODUCTS: [Product; 2] = [
    Product { id: "panel", name: "Nordlicht panel", port: 2 },
    Product { id: "preview", name: "Nordlicht preview", port: 3 },
];

fn products(arguments: &Arguments) -> &'static [Product] {
    if arguments.has_week() { &PRODUCTS } else { &PRODUCTS[..1] }
}

impl Product {
    /// The sample catalogue, as this product's.
    fn catalogue(self, first_port: u16) -> String {
        let port = first_port + self.port;
        CATALOGUE
            .replace("id = \"panel\"", &format!("id = \"{}\"", self.id))
            .replace("name = \"Nordlicht panel\"", &format!("name = \"{}\"", self.name))
            .replace("panel.localhost", &format!("{}.localhost", self.id))
            .replace(":7002", &format!(":{port}"))
    }
}

fn write_config(arguments: &Arguments) -> Result<PathBuf, Failure> {
    let (data, port) = (&arguments.data, arguments.port);
    let gateway = port + 1;
    let path = data.join("pforte.toml");
    let mut files = Vec::new();
    for product in products(arguments) {
        let name = format!("{}.toml", product.id);
        fs::write(data.join(&name), product.catalogue(port))?;
        files.push(format!("\"{name}\""));
    }
    let text = format!(
        "catalogue = [{}]\n\n\
         [server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://pforte.localhost:{port}\"\n\
         data = \".\"\nsecrets = \"secrets.toml\"\n\n\
         [gateway]\nlisten = \"127.0.0.1:{gateway}\"\npublic_url = \"http://gate.localhost:{gateway}\"\n\n\
         # Try it: pforte mail receive --config {} --to support@nordlicht.example < mail.eml\n\
         [[support]]\naddress = \"support@nordlicht.example\"\n\
         [support.check]\nhow = \"header\"\nauthserv_id = \"mx.nordlicht.example\"\n",
        files.join(", "),
        path.display()
    );
    fs::write(&path, text)?;
    Ok(path)
}

async fn start_panel(arguments: &Arguments, issuer: &str, product: &Product) -> Result<Child, Failure> {
    let beside = env::current_exe()?.with_file_name("panel");
    let program = arguments.panel.clone().unwrap_or(beside);
    let port = arguments.port + product.port;
    let mut child = Command::new(&program)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(["--jwks-url", &format!("{issuer}/.well-known/jwks.json")])
        .args(["--issuer", issuer, "--audience", product.id, "--own-sign-in"])
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
