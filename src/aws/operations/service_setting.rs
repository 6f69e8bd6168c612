//! `GetServiceSetting`: one setting of Systems Manager in an account and region.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::get_service_setting::{
    GetServiceSettingError, GetServiceSettingOutput,
};

use super::ssm_operation::{PendingAnswer, SsmOperation};
use super::values::non_empty;
use crate::model::Operation;

/// Reads the setting with this id.
pub(in crate::aws) struct GetServiceSetting<'a> {
    pub(in crate::aws) id: &'a str,
}

impl SsmOperation for GetServiceSetting<'_> {
    const OPERATION: Operation = Operation::GetServiceSetting;
    type Output = GetServiceSettingOutput;
    type Error = GetServiceSettingError;
    type Answer = String;

    fn id_count(&self) -> usize {
        0
    }

    fn send(&self, client: &Client) -> PendingAnswer<Self::Output, Self::Error> {
        let request = client.get_service_setting().setting_id(self.id);
        Box::pin(request.send())
    }

    fn answer(output: Self::Output) -> Option<String> {
        non_empty(output.service_setting?.setting_value)
    }
}
