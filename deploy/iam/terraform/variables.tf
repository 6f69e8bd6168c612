variable "role_name" {
  description = "Name of the role, as organization.role_name or the role_arn of the account have it in the exporter's configuration."
  type        = string
  default     = "ssm-compliance-exporter"
}

variable "principal_arns" {
  description = "ARNs of the roles with which exporters run. They must exist before this role."
  type        = list(string)

  validation {
    condition     = length(var.principal_arns) > 0
    error_message = "Somebody must be able to assume the role: give at least one ARN."
  }
}

variable "external_id" {
  description = "The external_id of the configuration. Null requires none, as organization needs it."
  type        = string
  default     = null
  sensitive   = true
}

variable "organization_id" {
  description = "If it is given, the principals must also belong to this organization (o-...)."
  type        = string
  default     = null
}

variable "statements" {
  description = "Statements of policy.json that the role gets, by their Sid."
  type        = set(string)
  default     = ["ReadCompliance", "ReadTags", "ExplainInstances", "ListEnabledRegions"]

  validation {
    condition     = contains(var.statements, "ReadCompliance")
    error_message = "Nothing can be read without ReadCompliance."
  }
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
}
