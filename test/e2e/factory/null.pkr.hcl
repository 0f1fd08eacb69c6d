# A real `packer build` without a cloud: the `null` builder reaches a lab machine by SSH,
# and cupel provision is called as the shipped templates call it.

variable "cupel" { type = string }
variable "baseline" { type = string }
variable "content" { type = string }
variable "image" { type = string }
variable "out" { type = string }
variable "manifest" { type = string }
variable "host" { type = string }
variable "port" { type = number }
variable "user" { type = string }
variable "key" { type = string }

source "null" "lab" {
  ssh_host                     = var.host
  ssh_port                     = var.port
  ssh_username                 = var.user
  ssh_private_key_file         = var.key
  ssh_timeout                  = "1m"
  ssh_disable_agent_forwarding = true
}

build {
  sources = ["source.null.lab"]

  provisioner "shell-local" {
    environment_vars = [
      "CUPEL=${var.cupel}",
      "CUPEL_BASELINE=${var.baseline}",
      "CUPEL_CONTENT=${var.content}",
      "CUPEL_IMAGE=${var.image}",
      "CUPEL_OUT=${var.out}",
      "CUPEL_KEY=${var.key}",
      "CUPEL_HOST=${build.Host}",
      "CUPEL_PORT=${build.Port}",
      "CUPEL_USER=${build.User}",
      "CUPEL_RUN=${build.PackerRunUUID}",
    ]
    inline = [
      "exec node \"$CUPEL\" provision --baseline \"$CUPEL_BASELINE\" --content \"$CUPEL_CONTENT\" --host \"$CUPEL_HOST\" --port \"$CUPEL_PORT\" --user \"$CUPEL_USER\" --run-id \"$CUPEL_RUN\" --image \"$CUPEL_IMAGE\" --out \"$CUPEL_OUT\" --key-file \"$CUPEL_KEY\"",
    ]
  }

  post-processor "manifest" {
    output = var.manifest
  }
}
