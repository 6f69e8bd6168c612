//! Reads what a process writes, within bounds.

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStderr, ChildStdout};
use tokio::time::timeout;

/// Credentials are less than 4 KiB, session token included.
pub(super) const MAX_STDOUT_BYTES: usize = 64 * 1024;
/// How much of what the process complains about is kept.
const MAX_STDERR_BYTES: usize = 4 * 1024;
/// How long a child that outlives the process may hold its output open. What has been written by
/// then is all that is taken.
const OUTPUT_GRACE: Duration = Duration::from_millis(500);

/// The ends of the pipes that a process writes to.
pub(super) struct Pipes {
    stdout: ChildStdout,
    stderr: ChildStderr,
}

impl Pipes {
    /// Takes them from the child. `None` if it has none.
    pub(super) fn of(child: &mut Child) -> Option<Self> {
        Some(Self {
            stdout: child.stdout.take()?,
            stderr: child.stderr.take()?,
        })
    }
}

/// What a process has written so far.
#[derive(Default)]
pub(super) struct ProcessOutput {
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

impl ProcessOutput {
    /// Whether the process has written more than it may.
    pub(super) fn is_too_long(&self) -> bool {
        self.stdout.len() > MAX_STDOUT_BYTES
    }

    /// Reads until the process has ended, or has written too much.
    pub(super) async fn read_to_the_end(
        &mut self,
        child: &mut Child,
        pipes: Pipes,
    ) -> io::Result<ExitStatus> {
        let mut reading = pin!(self.read(pipes));
        tokio::select! {
            status = child.wait() => {
                // What the process has written before its end may not have been read yet.
                let _ = timeout(OUTPUT_GRACE, reading).await;
                status
            }
            read = &mut reading => {
                read?;
                child.wait().await
            }
        }
    }

    async fn read(&mut self, pipes: Pipes) -> io::Result<()> {
        // Both at once: a process stops when one of its pipes is full.
        tokio::try_join!(
            read_output(pipes.stdout, &mut self.stdout),
            read_complaint(pipes.stderr, &mut self.stderr)
        )?;
        Ok(())
    }
}

async fn read_output(mut stdout: ChildStdout, output: &mut Vec<u8>) -> io::Result<()> {
    // One byte more tells that there is too much.
    read_head(&mut stdout, MAX_STDOUT_BYTES + 1, output).await?;
    if output.len() > MAX_STDOUT_BYTES {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(())
}

async fn read_complaint(mut stderr: ChildStderr, complaint: &mut Vec<u8>) -> io::Result<()> {
    read_head(&mut stderr, MAX_STDERR_BYTES, complaint).await?;
    // A full pipe would stop the process, so the rest is read and thrown away.
    tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await?;
    Ok(())
}

async fn read_head(
    from: impl AsyncRead + Unpin,
    bytes: usize,
    into: &mut Vec<u8>,
) -> io::Result<()> {
    let limit = u64::try_from(bytes).unwrap_or(u64::MAX);
    from.take(limit).read_to_end(into).await?;
    Ok(())
}
