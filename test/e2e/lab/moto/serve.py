"""Runs moto's server on loopback, with what it takes too lightly set right. Usage: serve.py PORT"""
import os
import sys
import threading

# Debian's own Python modules, and moto as it was unpacked.
sys.path.insert(0, os.path.join(os.environ["MOTO"], "usr/lib/python3/dist-packages"))

from cryptography.hazmat.primitives.asymmetric import ec, utils
import moto.kms.responses
import moto.kms.utils
import moto.server

import images  # noqa: F401  what it takes too lightly of images and snapshots

# KMS signs a digest as a digest, and takes no message of more than 4096 bytes; moto hashes whatever it gets.
kind = threading.local()
respond = moto.kms.responses.KmsResponse.sign
sign = moto.kms.utils.ECDSAPrivateKey.sign


def responding(self):
    kind.is_digest = self._get_param("MessageType") == "DIGEST"
    return respond(self)


def signing(self, message, signing_algorithm):
    if not kind.is_digest:
        if len(message) > 4096:
            raise moto.kms.responses.ValidationException("Message is too long")
        return sign(self, message, signing_algorithm)
    algorithm = self._ECDSAPrivateKey__hash_algorithm(signing_algorithm)
    if len(message) != algorithm.digest_size:
        raise moto.kms.responses.ValidationException("Digest is invalid length for algorithm")
    return self.private_key.sign(message, ec.ECDSA(utils.Prehashed(algorithm)))


moto.kms.responses.KmsResponse.sign = responding
moto.kms.utils.ECDSAPrivateKey.sign = signing

sys.argv = ["moto_server", "-H", "127.0.0.1", "-p", sys.argv[1]]
moto.server.main()
