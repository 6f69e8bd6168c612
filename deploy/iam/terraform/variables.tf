variable "role_name" {
  description = "Name of the role: the one in organization.role_name, or in the account's role_arn, in the exporter's configuration."
  type        = string
  default     = "ssm-compliance-exporter"
}

variable "principal_arns" {
  description = "ARNs of the roles that exporters run with. They must exist before this role is created."
  type        = list(string)

  validation {
    condition     = length(var.principal_arns) > 0
    error_message = "Give at least one ARN: without one, nobody could assume the role."
  }
}

variable "external_id" {
  description = "The external_id of the configuration. Leave it null for organization, which has no external id."
  type        = string
  default     = null
  sensitive   = true
}

variable "organization_id" {
  description = "If set, the principals must also belong to this organization (o-...)."
  type        = string
  default     = null
}

variable "statements" {
  description = "Sids of the statements of policy.json to grant to the role."
  type        = set(string)
  default     = ["ReadCompliance", "ReadTags", "ExplainInstances", "ListEnabledRegions"]

  validation {
    condition     = contains(var.statements, "ReadCompliance")
    error_message = "Without ReadCompliance, the exporter can read nothing."
  }
}

variable "tags" {
  description = "Tags for the role."
  type        = map(string)
  default     = {}
}
