//! `pforte mail login`: a person signs in once, and Pforte keeps their refresh token in a file.

use std::{
    io::{self, BufRead, Write},
    path::PathBuf,
};

use pforte_mail::oauth::{PROOF_BYTES, SignIn};

use crate::{Failure, config, sources::random};

#[derive(clap::Args)]
pub struct Arguments {
    /// The name of a `[[mail.oauth]]` with `refresh_token_file`.
    name: String,
    /// The configuration file.
    #[arg(long, default_value = "pforte.toml", env = "PFORTE_CONFIG")]
    config: PathBuf,
}

/// Signs somebody in. A running server takes the new token by itself.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let config = config::read(&arguments.config)?;
    let name = &arguments.name;
    let sign_in = config.sign_ins.named(name).ok_or_else(|| format!("no [[mail.oauth]] is named {name}"))?;
    if !sign_in.is_of_a_person() {
        return Err(
            format!("{name} signs in by itself; only with `refresh_token_file` somebody signs in").into()
        );
    }
    if sign_in.has_device() {
        by_code(&sign_in).await?
    } else {
        by_browser(&sign_in).await?
    }
    println!("Signed in. To try it: pforte check-config --connect");
    Ok(())
}

async fn by_code(sign_in: &SignIn) -> Result<(), Failure> {
    let device = sign_in.device().await?;
    println!("Open in any browser:  {}", printable(&device.address));
    println!("and type this code:   {}", printable(&device.code));
    println!("Sign in as the mailbox that Pforte uses. Waiting …");
    Ok(sign_in.signed_in(device).await?)
}

async fn by_browser(sign_in: &SignIn) -> Result<(), Failure> {
    let redirect = sign_in.redirect([random::<PROOF_BYTES>(), random::<PROOF_BYTES>()])?;
    println!("Open in any browser, and sign in as the mailbox that Pforte uses:\n\n{}\n", redirect.address);
    println!("At the end comes a page that cannot be opened (127.0.0.1). That is right.");
    print!("Copy its address from the browser to here: ");
    io::stdout().flush()?;
    let mut page = String::new();
    io::stdin().lock().read_line(&mut page)?;
    Ok(sign_in.came_back(redirect, &page).await?)
}

/// What a server wrote, for a terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
