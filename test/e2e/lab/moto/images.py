"""What moto 5.1 ignores: everything that RegisterImage is given but a name, and that a snapshot made by EBS direct APIs is
pending until it is completed. Imported by serve.py for its effects."""
import moto.ebs.models
import moto.ec2.exceptions
import moto.ec2.responses.amis

Response = moto.ec2.responses.amis.AmisResponse
Backend = moto.ebs.models.EBSBackend
Snapshot = moto.ebs.models.EBSSnapshot


class Refused(moto.ec2.exceptions.EC2ClientError):
    pass


def register_image(self):
    backend = self.ec2_backend
    devices = self._get_multi_param("BlockDeviceMapping")
    root = self._get_param("RootDeviceName")
    if len(devices) != 1 or devices[0]["DeviceName"] != root:
        raise Refused("InvalidBlockDeviceMapping", f"One device was expected, {root}")
    snapshot = backend.snapshots.get(devices[0]["Ebs"]["SnapshotId"])
    if snapshot is None:
        raise Refused("InvalidSnapshot.NotFound", "The snapshot does not exist.")
    if snapshot.status != "completed":
        raise Refused("IncorrectState", f"The snapshot is {snapshot.status}.")
    image = backend.register_image(self._get_param("Name"), self._get_param("Description"))
    # moto makes a snapshot of its own for each image.
    del backend.snapshots[image.ebs_snapshot.id]
    image.ebs_snapshot = snapshot
    image.root_device_name, image.root_device_type = root, "ebs"
    image.architecture = self._get_param("Architecture")
    image.virtualization_type = self._get_param("VirtualizationType")
    for specification in self._get_multi_param("TagSpecification"):
        assert specification["ResourceType"] == "image"
        image.add_tags({tag["Key"]: tag["Value"] for tag in specification["Tag"]})
    return self.response_template(moto.ec2.responses.amis.REGISTER_IMAGE_RESPONSE).render(image=image)


start, complete, describe = Backend.start_snapshot, Backend.complete_snapshot, Snapshot.to_json


def start_snapshot(self, volume_size, tags, description):
    made = start(self, volume_size, tags, description)
    self.ec2_backend.snapshots[made.snapshot_id].status = "pending"
    return made


def complete_snapshot(self, snapshot_id):
    self.ec2_backend.snapshots[snapshot_id].status = "completed"
    return complete(self, snapshot_id)


def to_json(self):
    return {**describe(self), "BlockSize": 512 * 1024}


Response.register_image = register_image
Backend.start_snapshot = start_snapshot
Backend.complete_snapshot = complete_snapshot
Snapshot.to_json = to_json
