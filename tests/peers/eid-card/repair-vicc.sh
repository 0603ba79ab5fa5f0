#!/bin/bash
# Repairs a COPY of Debian 12's vsmartcard-vpicc 3.3 (half-ported to Python 3) so that `vicc -t nPA` runs.
# usage: repair-vicc.sh DEST        (only Debian packages are needed)
set -e
DEST=$1; rm -rf "$DEST"; mkdir -p "$DEST"
cp -r /usr/lib/python3/site-packages/virtualsmartcard/virtualsmartcard "$DEST"/
cp /usr/bin/vicc "$DEST"/vicc.py
cd "$DEST"/virtualsmartcard
sed -i 's/from Crypto\b/from Cryptodome/; s/^\(\s*\)import sha as SHA1.*/\1pass/' *.py cards/*.py
# str values -> bytes when packing TLV
sed -i 's/^\(\s*\)if not isinstance(value, bytes):/\1if isinstance(value, str):\n\1    value = value.encode("utf-8")\n&/' TLVutils.py
sed -i 's/^    return b"".join(result)/    return b"".join(result) if isinstance(result, list) else result/' TLVutils.py
# literals that Python 3 needs as bytes
sed -i 's/config=""):/config=b""):/; s/if config != "":/if config != b"":/; s/return_data = \["", \]/return_data = [b"", ]/
        s/"".join(return_data)/b"".join(return_data)/; s/to_authenticate = ""/to_authenticate = b""/; s/return_data = ""/return_data = b""/
        s/result != ""/result != b""/; s/= "\\x01" + encrypted/= b"\\x01" + encrypted/; s/response_data == ""/response_data == b""/
        s/to_sign = ""/to_sign = b""/; s/signature = ""/signature = b""/; s/plain = ""/plain = b""/; s/cct = ""/cct = b""/
        s/stringtoint(value\[0\])/value[0]/; s/stringtoint(self.__config_string\[position+1\])/self.__config_string[position+1]/
        s/position += length + 3/position += length + 2/; s/return SW\["NORMAL"\], ""/return SW["NORMAL"], b""/' SEutils.py
sed -i 's/return SW\["NORMAL"\], ""/return SW["NORMAL"], b""/; s/return SW\["WARN_NOINFO63"\], ""/return SW["WARN_NOINFO63"], b""/
        s/return 0x63c\([01]\), ""/return 0x63c\1, b""/; s/pubkey = ""/pubkey = b""/' cards/nPA.py SmartcardSAM.py
sed -i 's/ else '"''"'$/ else b'"''"'/' CardGenerator.py
# Comparing auxiliary data: text against numbers. (What it compares is the emulator's own.)
sed -i 's/^\( *\)unpack(eid.select(.fid., 0x010[38]).data)$/&\n                        mine = int(mine)/' cards/nPA.py
# It says "old enough" to those born after the asked day (TR-03110-3 A.7.5.2 asks for that day or before).
sed -i 's/if self.current_SE.at.DateOfBirth < mine:/if mine <= self.current_SE.at.DateOfBirth:/' cards/nPA.py
# Both ends send a length and then what it measures: without this each command waits 40 ms for a delayed acknowledgement,
# and whoever measures the emulator measures that.
sed -i 's/^\( *\)sizestr = self.sock.recv(_Csizeof_short)/\1self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)\n\1self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n&/' VirtualSmartcard.py
