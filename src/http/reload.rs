//! Reads the configuration anew when a client asks for it, in the way of Prometheus and with its
//! words (`POST /-/reload`, which `--web.enable-lifecycle` allows).

use hyper::header::ALLOW;
use hyper::{Method, Response, StatusCode};

use super::answer::RequestContext;
use super::body::AnswerBody;
use super::exporter_state::PendingReload;
use super::route_answer::RouteAnswer;
use super::routes::Handler;

impl RequestContext<'_> {
    /// The reload that the request asks for, if it asks for one and may.
    pub(super) fn reload(self) -> Option<PendingReload> {
        let is_asked_for = self.handler() == Some(Handler::Reload) && self.is_write();
        is_asked_for.then(|| self.exporter_state.reload()).flatten()
    }

    /// Answers the request when its reload has ended.
    pub(super) async fn answer_reload(self, reload: PendingReload) -> Response<AnswerBody> {
        let answer = match reload.await {
            Ok(()) => RouteAnswer::text(StatusCode::OK, ""),
            Err(problems) => failed(&problems),
        };
        self.finish(answer)
    }

    /// Answers a request for a reload that is not one, or that is not allowed.
    pub(super) fn refuse_reload(self) -> RouteAnswer {
        if self.is_write() {
            let text = "Lifecycle API is not enabled.\n";
            return RouteAnswer::text(StatusCode::FORBIDDEN, text);
        }
        let text = "Only POST or PUT requests allowed\n";
        RouteAnswer::text(StatusCode::METHOD_NOT_ALLOWED, text).with(ALLOW, "POST, PUT")
    }

    fn is_write(self) -> bool {
        matches!(self.request.method, Method::POST | Method::PUT)
    }
}

fn failed(problems: &str) -> RouteAnswer {
    let text = format!("failed to reload config: {problems}\n");
    RouteAnswer::text(StatusCode::INTERNAL_SERVER_ERROR, text)
}
