/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError, $TypeError = $util.global.TypeError, $Number = $util.global.Number, $parseInt = $util.global.parseInt, $String = $util.global.String, $BigInt = $util.global.BigInt, $Boolean = $util.global.Boolean, $Array = $util.global.Array;

// Exported root namespace
const $root = $protobuf.roots["rookery"] || ($protobuf.roots["rookery"] = {});

export const rookery = $root.rookery = (() => {

    /**
     * Namespace rookery.
     * @exports rookery
     * @namespace
     */
    const rookery = {};

    rookery.Transaction = (function() {

        /**
         * Properties of a Transaction.
         * @typedef {Object} rookery.Transaction.$Properties
         * @property {Long|null} [session] Transaction session
         * @property {number|null} [xid] Transaction xid
         * @property {Long|null} [timeMs] Transaction timeMs
         * @property {number|null} [failure] Transaction failure
         * @property {rookery.Create.$Properties|null} [create] Transaction create
         * @property {rookery.Delete.$Properties|null} ["delete"] Transaction delete
         * @property {rookery.SetData.$Properties|null} [setData] Transaction setData
         * @property {rookery.SetAcl.$Properties|null} [setAcl] Transaction setAcl
         * @property {rookery.CreateSession.$Properties|null} [createSession] Transaction createSession
         * @property {rookery.CloseSession.$Properties|null} [closeSession] Transaction closeSession
         * @property {rookery.Multi.$Properties|null} [multi] Transaction multi
         * @property {"failure"|"create"|"delete"|"setData"|"setAcl"|"createSession"|"closeSession"|"multi"} [change] Transaction change
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Transaction.
         * @memberof rookery
         * @interface ITransaction
         * @augments rookery.Transaction.$Properties
         * @deprecated Use rookery.Transaction.$Properties instead.
         */

        /**
         * Narrowed shape of a Transaction.
         * @typedef {{
         *   session?: Long|null;
         *   xid?: number|null;
         *   timeMs?: Long|null;
         *   failure?: number|null;
         *   create?: rookery.Create.$Shape|null;
         *   "delete"?: rookery.Delete.$Shape|null;
         *   setData?: rookery.SetData.$Shape|null;
         *   setAcl?: rookery.SetAcl.$Shape|null;
         *   createSession?: rookery.CreateSession.$Shape|null;
         *   closeSession?: rookery.CloseSession.$Shape|null;
         *   multi?: rookery.Multi.$Shape|null;
         *   $unknowns?: Array.<Uint8Array>;
         * } & (
         *   ({ change?: undefined; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "failure"; failure: number; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "create"; failure?: null; create: rookery.Create.$Shape; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "delete"; failure?: null; create?: null; "delete": rookery.Delete.$Shape; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "setData"; failure?: null; create?: null; "delete"?: null; setData: rookery.SetData.$Shape; setAcl?: null; createSession?: null; closeSession?: null; multi?: null }|{ change?: "setAcl"; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl: rookery.SetAcl.$Shape; createSession?: null; closeSession?: null; multi?: null }|{ change?: "createSession"; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession: rookery.CreateSession.$Shape; closeSession?: null; multi?: null }|{ change?: "closeSession"; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession: rookery.CloseSession.$Shape; multi?: null }|{ change?: "multi"; failure?: null; create?: null; "delete"?: null; setData?: null; setAcl?: null; createSession?: null; closeSession?: null; multi: rookery.Multi.$Shape })
         * )} rookery.Transaction.$Shape
         */

        /**
         * Constructs a new Transaction.
         * @memberof rookery
         * @classdesc Represents a Transaction.
         * @constructor
         * @param {rookery.Transaction.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Transaction = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Transaction session.
         * @member {Long} session
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.session = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Transaction xid.
         * @member {number} xid
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.xid = 0;

        /**
         * Transaction timeMs.
         * @member {Long} timeMs
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.timeMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Transaction failure.
         * @member {number|null|undefined} failure
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.failure = null;

        /**
         * Transaction create.
         * @member {rookery.Create.$Properties|null|undefined} create
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.create = null;

        /**
         * Transaction delete.
         * @member {rookery.Delete.$Properties|null|undefined} delete
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype["delete"] = null;

        /**
         * Transaction setData.
         * @member {rookery.SetData.$Properties|null|undefined} setData
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.setData = null;

        /**
         * Transaction setAcl.
         * @member {rookery.SetAcl.$Properties|null|undefined} setAcl
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.setAcl = null;

        /**
         * Transaction createSession.
         * @member {rookery.CreateSession.$Properties|null|undefined} createSession
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.createSession = null;

        /**
         * Transaction closeSession.
         * @member {rookery.CloseSession.$Properties|null|undefined} closeSession
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.closeSession = null;

        /**
         * Transaction multi.
         * @member {rookery.Multi.$Properties|null|undefined} multi
         * @memberof rookery.Transaction
         * @instance
         */
        Transaction.prototype.multi = null;

        // OneOf field names bound to virtual getters and setters
        let $oneOfFields;

        /**
         * Transaction change.
         * @member {"failure"|"create"|"delete"|"setData"|"setAcl"|"createSession"|"closeSession"|"multi"|undefined} change
         * @memberof rookery.Transaction
         * @instance
         */
        $Object.defineProperty(Transaction.prototype, "change", {
            get: $util.oneOfGetter($oneOfFields = ["failure", "create", "delete", "setData", "setAcl", "createSession", "closeSession", "multi"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        /**
         * Creates a new Transaction instance using the specified properties.
         * @function create
         * @memberof rookery.Transaction
         * @static
         * @param {rookery.Transaction.$Properties=} [properties] Properties to set
         * @returns {rookery.Transaction} Transaction instance
         * @type {{
         *   (properties: rookery.Transaction.$Shape): rookery.Transaction & rookery.Transaction.$Shape;
         *   (properties?: rookery.Transaction.$Properties): rookery.Transaction;
         * }}
         */
        Transaction.create = function(properties) {
            return new Transaction(properties);
        };

        /**
         * Encodes the specified Transaction message. Does not implicitly {@link rookery.Transaction.verify|verify} messages.
         * @function encode
         * @memberof rookery.Transaction
         * @static
         * @param {rookery.Transaction.$Properties} message Transaction message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Transaction.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.session != null && $Object.hasOwnProperty.call(message, "session") && (typeof message.session === "object" ? message.session.low || message.session.high : message.session !== 0))
                writer.uint32(/* id 1, wireType 1 =*/9).fixed64(message.session);
            if (message.xid != null && $Object.hasOwnProperty.call(message, "xid") && message.xid !== 0)
                writer.uint32(/* id 2, wireType 0 =*/16).sint32(message.xid);
            if (message.timeMs != null && $Object.hasOwnProperty.call(message, "timeMs") && (typeof message.timeMs === "object" ? message.timeMs.low || message.timeMs.high : message.timeMs !== 0))
                writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.timeMs);
            if (message.failure != null && $Object.hasOwnProperty.call(message, "failure"))
                writer.uint32(/* id 4, wireType 0 =*/32).sint32(message.failure);
            if (message.create != null && $Object.hasOwnProperty.call(message, "create"))
                $root.rookery.Create.encode(message.create, writer.uint32(/* id 5, wireType 2 =*/42).fork(), _depth + 1).ldelim();
            if (message["delete"] != null && $Object.hasOwnProperty.call(message, "delete"))
                $root.rookery.Delete.encode(message["delete"], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
            if (message.setData != null && $Object.hasOwnProperty.call(message, "setData"))
                $root.rookery.SetData.encode(message.setData, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
            if (message.setAcl != null && $Object.hasOwnProperty.call(message, "setAcl"))
                $root.rookery.SetAcl.encode(message.setAcl, writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
            if (message.createSession != null && $Object.hasOwnProperty.call(message, "createSession"))
                $root.rookery.CreateSession.encode(message.createSession, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
            if (message.closeSession != null && $Object.hasOwnProperty.call(message, "closeSession"))
                $root.rookery.CloseSession.encode(message.closeSession, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
            if (message.multi != null && $Object.hasOwnProperty.call(message, "multi"))
                $root.rookery.Multi.encode(message.multi, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Transaction message from the specified reader or buffer.
         * @function decode
         * @memberof rookery.Transaction
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {rookery.Transaction & rookery.Transaction.$Shape} Transaction
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Transaction.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.rookery.Transaction();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 1)
                            break;
                        if (typeof (value = reader.fixed64()) === "object" ? value.low || value.high : value !== 0)
                            message.session = value;
                        else
                            delete message.session;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.sint32())
                            message.xid = value;
                        else
                            delete message.xid;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.timeMs = value;
                        else
                            delete message.timeMs;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        message.failure = reader.sint32();
                        message.change = "failure";
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.create = $root.rookery.Create.decode(reader, reader.size(), $undefined, _depth + 1, message.create);
                        message.change = "create";
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        message["delete"] = $root.rookery.Delete.decode(reader, reader.size(), $undefined, _depth + 1, message["delete"]);
                        message.change = "delete";
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        message.setData = $root.rookery.SetData.decode(reader, reader.size(), $undefined, _depth + 1, message.setData);
                        message.change = "setData";
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.setAcl = $root.rookery.SetAcl.decode(reader, reader.size(), $undefined, _depth + 1, message.setAcl);
                        message.change = "setAcl";
                        continue;
                    }
                case 9: {
                        if (wireType !== 2)
                            break;
                        message.createSession = $root.rookery.CreateSession.decode(reader, reader.size(), $undefined, _depth + 1, message.createSession);
                        message.change = "createSession";
                        continue;
                    }
                case 10: {
                        if (wireType !== 2)
                            break;
                        message.closeSession = $root.rookery.CloseSession.decode(reader, reader.size(), $undefined, _depth + 1, message.closeSession);
                        message.change = "closeSession";
                        continue;
                    }
                case 11: {
                        if (wireType !== 2)
                            break;
                        message.multi = $root.rookery.Multi.decode(reader, reader.size(), $undefined, _depth + 1, message.multi);
                        message.change = "multi";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Creates a Transaction message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof rookery.Transaction
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {rookery.Transaction} Transaction
         */
        Transaction.fromObject = function (object, _depth) {
            if (object instanceof $root.rookery.Transaction)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".rookery.Transaction: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.rookery.Transaction();
            if (object.session != null)
                if (typeof object.session === "object" ? object.session.low || object.session.high : $Number(object.session) !== 0)
                    if ($util.Long)
                        message.session = $util.Long.fromValue(object.session, true);
                    else if (typeof object.session === "string")
                        message.session = $parseInt(object.session, 10);
                    else if (typeof object.session === "number")
                        message.session = object.session;
                    else if (typeof object.session === "object")
                        message.session = new $util.LongBits(object.session.low >>> 0, object.session.high >>> 0).toNumber(true);
            if (object.xid != null)
                if ($Number(object.xid) !== 0)
                    message.xid = object.xid | 0;
            if (object.timeMs != null)
                if (typeof object.timeMs === "object" ? object.timeMs.low || object.timeMs.high : $Number(object.timeMs) !== 0)
                    if ($util.Long)
                        message.timeMs = $util.Long.fromValue(object.timeMs, true);
                    else if (typeof object.timeMs === "string")
                        message.timeMs = $parseInt(object.timeMs, 10);
                    else if (typeof object.timeMs === "number")
                        message.timeMs = object.timeMs;
                    else if (typeof object.timeMs === "object")
                        message.timeMs = new $util.LongBits(object.timeMs.low >>> 0, object.timeMs.high >>> 0).toNumber(true);
            if (object.failure != null)
                message.failure = object.failure | 0;
            if (object.create != null) {
                if (!$util.isObject(object.create))
                    throw $TypeError(".rookery.Transaction.create: object expected");
                message.create = $root.rookery.Create.fromObject(object.create, _depth + 1);
            }
            if (object["delete"] != null) {
                if (!$util.isObject(object["delete"]))
                    throw $TypeError(".rookery.Transaction.delete: object expected");
                message["delete"] = $root.rookery.Delete.fromObject(object["delete"], _depth + 1);
            }
            if (object.setData != null) {
                if (!$util.isObject(object.setData))
                    throw $TypeError(".rookery.Transaction.setData: object expected");
                message.setData = $root.rookery.SetData.fromObject(object.setData, _depth + 1);
            }
            if (object.setAcl != null) {
                if (!$util.isObject(object.setAcl))
                    throw $TypeError(".rookery.Transaction.setAcl: object expected");
                message.setAcl = $root.rookery.SetAcl.fromObject(object.setAcl, _depth + 1);
            }
            if (object.createSession != null) {
                if (!$util.isObject(object.createSession))
                    throw $TypeError(".rookery.Transaction.createSession: object expected");
                message.createSession = $root.rookery.CreateSession.fromObject(object.createSession, _depth + 1);
            }
            if (object.closeSession != null) {
                if (!$util.isObject(object.closeSession))
                    throw $TypeError(".rookery.Transaction.closeSession: object expected");
                message.closeSession = $root.rookery.CloseSession.fromObject(object.closeSession, _depth + 1);
            }
            if (object.multi != null) {
                if (!$util.isObject(object.multi))
                    throw $TypeError(".rookery.Transaction.multi: object expected");
                message.multi = $root.rookery.Multi.fromObject(object.multi, _depth + 1);
            }
            return message;
        };

        /**
         * Creates a plain object from a Transaction message. Also converts values to other types if specified.
         * @function toObject
         * @memberof rookery.Transaction
         * @static
         * @param {rookery.Transaction} message Transaction
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Transaction.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults) {
                if ($util.Long) {
                    let long = new $util.Long(0, 0, true);
                    object.session = options.longs === $String ? long.toString() : options.longs === $Number ? long.toNumber() : typeof $BigInt !== "undefined" && options.longs === $BigInt ? long.toBigInt() : long;
                } else
                    object.session = options.longs === $String ? "0" : typeof $BigInt !== "undefined" && options.longs === $BigInt ? $BigInt("0") : 0;
                object.xid = 0;
                if ($util.Long) {
                    let long = new $util.Long(0, 0, true);
                    object.timeMs = options.longs === $String ? long.toString() : options.longs === $Number ? long.toNumber() : typeof $BigInt !== "undefined" && options.longs === $BigInt ? long.toBigInt() : long;
                } else
                    object.timeMs = options.longs === $String ? "0" : typeof $BigInt !== "undefined" && options.longs === $BigInt ? $BigInt("0") : 0;
            }
            if (message.session != null && $Object.hasOwnProperty.call(message, "session"))
                if (typeof $BigInt !== "undefined" && options.longs === $BigInt)
                    object.session = typeof message.session === "number" ? $BigInt(message.session) : $util.Long.fromBits(message.session.low >>> 0, message.session.high >>> 0, true).toBigInt();
                else if (typeof message.session === "number")
                    object.session = options.longs === $String ? $String(message.session) : message.session;
                else
                    object.session = options.longs === $String ? $util.Long.prototype.toString.call(message.session) : options.longs === $Number ? new $util.LongBits(message.session.low >>> 0, message.session.high >>> 0).toNumber(true) : message.session;
            if (message.xid != null && $Object.hasOwnProperty.call(message, "xid"))
                object.xid = message.xid;
            if (message.timeMs != null && $Object.hasOwnProperty.call(message, "timeMs"))
                if (typeof $BigInt !== "undefined" && options.longs === $BigInt)
                    object.timeMs = typeof message.timeMs === "number" ? $BigInt(message.timeMs) : $util.Long.fromBits(message.timeMs.low >>> 0, message.timeMs.high >>> 0, true).toBigInt();
                else if (typeof message.timeMs === "number")
                    object.timeMs = options.longs === $String ? $String(message.timeMs) : message.timeMs;
                else
                    object.timeMs = options.longs === $String ? $util.Long.prototype.toString.call(message.timeMs) : options.longs === $Number ? new $util.LongBits(message.timeMs.low >>> 0, message.timeMs.high >>> 0).toNumber(true) : message.timeMs;
            if (message.failure != null && $Object.hasOwnProperty.call(message, "failure")) {
                object.failure = message.failure;
                if (options.oneofs)
                    object.change = "failure";
            }
            if (message.create != null && $Object.hasOwnProperty.call(message, "create")) {
                object.create = $root.rookery.Create.toObject(message.create, options, _depth + 1);
                if (options.oneofs)
                    object.change = "create";
            }
            if (message["delete"] != null && $Object.hasOwnProperty.call(message, "delete")) {
                object["delete"] = $root.rookery.Delete.toObject(message["delete"], options, _depth + 1);
                if (options.oneofs)
                    object.change = "delete";
            }
            if (message.setData != null && $Object.hasOwnProperty.call(message, "setData")) {
                object.setData = $root.rookery.SetData.toObject(message.setData, options, _depth + 1);
                if (options.oneofs)
                    object.change = "setData";
            }
            if (message.setAcl != null && $Object.hasOwnProperty.call(message, "setAcl")) {
                object.setAcl = $root.rookery.SetAcl.toObject(message.setAcl, options, _depth + 1);
                if (options.oneofs)
                    object.change = "setAcl";
            }
            if (message.createSession != null && $Object.hasOwnProperty.call(message, "createSession")) {
                object.createSession = $root.rookery.CreateSession.toObject(message.createSession, options, _depth + 1);
                if (options.oneofs)
                    object.change = "createSession";
            }
            if (message.closeSession != null && $Object.hasOwnProperty.call(message, "closeSession")) {
                object.closeSession = $root.rookery.CloseSession.toObject(message.closeSession, options, _depth + 1);
                if (options.oneofs)
                    object.change = "closeSession";
            }
            if (message.multi != null && $Object.hasOwnProperty.call(message, "multi")) {
                object.multi = $root.rookery.Multi.toObject(message.multi, options, _depth + 1);
                if (options.oneofs)
                    object.change = "multi";
            }
            return object;
        };

        /**
         * Converts this Transaction to JSON.
         * @function toJSON
         * @memberof rookery.Transaction
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Transaction.prototype.toJSON = function() {
            return Transaction.toObject(this, $protobuf.util.toJSONOptions);
        };

        return Transaction;
    })();

    /**
     * NodeKind enum.
     * @name rookery.NodeKind
     * @enum {number}
     * @property {number} PERSISTENT=0 PERSISTENT value
     * @property {number} EPHEMERAL=1 EPHEMERAL value
     * @property {number} CONTAINER=2 CONTAINER value
     * @property {number} TTL=3 TTL value
     */
    rookery.NodeKind = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "PERSISTENT"] = 0;
        values[valuesById[1] = "EPHEMERAL"] = 1;
        values[valuesById[2] = "CONTAINER"] = 2;
        values[valuesById[3] = "TTL"] = 3;
        return values;
    })();

    rookery.Create = (function() {

        /**
         * Properties of a Create.
         * @typedef {Object} rookery.Create.$Properties
         * @property {string|null} [path] Create path
         * @property {Uint8Array|null} [data] Create data
         * @property {Uint8Array|null} [acl] Create acl
         * @property {rookery.NodeKind|null} [kind] Create kind
         * @property {Long|null} [ttlMs] Create ttlMs
         * @property {number|null} [parentCversion] Create parentCversion
         * @property {boolean|null} [withStat] Create withStat
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Create.
         * @memberof rookery
         * @interface ICreate
         * @augments rookery.Create.$Properties
         * @deprecated Use rookery.Create.$Properties instead.
         */

        /**
         * Shape of a Create.
         * @typedef {rookery.Create.$Properties} rookery.Create.$Shape
         */

        /**
         * Constructs a new Create.
         * @memberof rookery
         * @classdesc Represents a Create.
         * @constructor
         * @param {rookery.Create.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Create = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Create path.
         * @member {string} path
         * @memberof rookery.Create
         * @instance
         */
        Create.prototype.path = "";

        /**
         * Create data.
         * @member {Uint8Array|null|undefined} data
         * @memberof rookery.Create
         * @instance
         */
        Create.prototype.data = null;

        /**
         * Create acl.
         * @member {Uint8Array} acl
         * @memberof rookery.Create
         * @instance
         */
        Create.prototype.acl = $util.newBuffer([]);

        /**
         * Create kind.
         * @member {rookery.NodeKind} kind
         * @memberof rookery.Create
         * @instance
         */
        Create.prototype.kind = 0;

        /**
         * Create ttlMs.
         * @member {Long} ttlMs
         * @memberof rookery.Create
         * @instance
         */
        Create.prototype.ttlMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

        /**
         * Create parentCversion.
         * @member {number} parentCversion
         * @memberof rookery.Create
         * @instance
         */
        Create.prototype.parentCversion = 0;

        /**
         * Create withStat.
         * @member {boolean} withStat
         * @memberof rookery.Create
         * @instance
         */
        Create.prototype.withStat = false;

        // OneOf field names bound to virtual getters and setters
        let $oneOfFields;

        // Virtual OneOf for proto3 optional field
        $Object.defineProperty(Create.prototype, "_data", {
            get: $util.oneOfGetter($oneOfFields = ["data"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        /**
         * Creates a new Create instance using the specified properties.
         * @function create
         * @memberof rookery.Create
         * @static
         * @param {rookery.Create.$Properties=} [properties] Properties to set
         * @returns {rookery.Create} Create instance
         * @type {{
         *   (properties: rookery.Create.$Shape): rookery.Create & rookery.Create.$Shape;
         *   (properties?: rookery.Create.$Properties): rookery.Create;
         * }}
         */
        Create.create = function(properties) {
            return new Create(properties);
        };

        /**
         * Encodes the specified Create message. Does not implicitly {@link rookery.Create.verify|verify} messages.
         * @function encode
         * @memberof rookery.Create
         * @static
         * @param {rookery.Create.$Properties} message Create message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Create.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.path);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data"))
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.data);
            if (message.acl != null && $Object.hasOwnProperty.call(message, "acl") && message.acl.length)
                writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.acl);
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                writer.uint32(/* id 4, wireType 0 =*/32).int32(message.kind);
            if (message.ttlMs != null && $Object.hasOwnProperty.call(message, "ttlMs") && (typeof message.ttlMs === "object" ? message.ttlMs.low || message.ttlMs.high : message.ttlMs !== 0))
                writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.ttlMs);
            if (message.parentCversion != null && $Object.hasOwnProperty.call(message, "parentCversion") && message.parentCversion !== 0)
                writer.uint32(/* id 6, wireType 0 =*/48).sint32(message.parentCversion);
            if (message.withStat != null && $Object.hasOwnProperty.call(message, "withStat") && message.withStat !== false)
                writer.uint32(/* id 7, wireType 0 =*/56).bool(message.withStat);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Create message from the specified reader or buffer.
         * @function decode
         * @memberof rookery.Create
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {rookery.Create & rookery.Create.$Shape} Create
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Create.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.rookery.Create();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.path = value;
                        else
                            delete message.path;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.data = reader.bytes();
                        message._data = "data";
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.acl = value;
                        else
                            delete message.acl;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.kind = value;
                        else
                            delete message.kind;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                            message.ttlMs = value;
                        else
                            delete message.ttlMs;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.sint32())
                            message.parentCversion = value;
                        else
                            delete message.parentCversion;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.withStat = value;
                        else
                            delete message.withStat;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Creates a Create message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof rookery.Create
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {rookery.Create} Create
         */
        Create.fromObject = function (object, _depth) {
            if (object instanceof $root.rookery.Create)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".rookery.Create: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.rookery.Create();
            if (object.path != null)
                if (typeof object.path !== "string" || object.path.length)
                    message.path = $String(object.path);
            if (object.data != null)
                if (typeof object.data === "string")
                    $util.base64.decode(object.data, message.data = $util.newBuffer($util.base64.length(object.data)), 0);
                else if (object.data.length >= 0)
                    message.data = object.data;
            if (object.acl != null)
                if (object.acl.length)
                    if (typeof object.acl === "string")
                        $util.base64.decode(object.acl, message.acl = $util.newBuffer($util.base64.length(object.acl)), 0);
                    else if (object.acl.length >= 0)
                        message.acl = object.acl;
            if (object.kind !== 0 && (typeof object.kind !== "string" || $root.rookery.NodeKind[object.kind] !== 0))
                switch (object.kind) {
                case "PERSISTENT":
                case 0:
                    message.kind = 0;
                    break;
                case "EPHEMERAL":
                case 1:
                    message.kind = 1;
                    break;
                case "CONTAINER":
                case 2:
                    message.kind = 2;
                    break;
                case "TTL":
                case 3:
                    message.kind = 3;
                    break;
                default:
                    if (typeof object.kind === "number" && (object.kind | 0) === object.kind)
                        message.kind = object.kind;
                }
            if (object.ttlMs != null)
                if (typeof object.ttlMs === "object" ? object.ttlMs.low || object.ttlMs.high : $Number(object.ttlMs) !== 0)
                    if ($util.Long)
                        message.ttlMs = $util.Long.fromValue(object.ttlMs, true);
                    else if (typeof object.ttlMs === "string")
                        message.ttlMs = $parseInt(object.ttlMs, 10);
                    else if (typeof object.ttlMs === "number")
                        message.ttlMs = object.ttlMs;
                    else if (typeof object.ttlMs === "object")
                        message.ttlMs = new $util.LongBits(object.ttlMs.low >>> 0, object.ttlMs.high >>> 0).toNumber(true);
            if (object.parentCversion != null)
                if ($Number(object.parentCversion) !== 0)
                    message.parentCversion = object.parentCversion | 0;
            if (object.withStat != null)
                if (object.withStat)
                    message.withStat = $Boolean(object.withStat);
            return message;
        };

        /**
         * Creates a plain object from a Create message. Also converts values to other types if specified.
         * @function toObject
         * @memberof rookery.Create
         * @static
         * @param {rookery.Create} message Create
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Create.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults) {
                object.path = "";
                if (options.bytes === $String)
                    object.acl = "";
                else {
                    object.acl = [];
                    if (options.bytes !== $Array)
                        object.acl = $util.newBuffer(object.acl);
                }
                object.kind = options.enums === $String ? "PERSISTENT" : 0;
                if ($util.Long) {
                    let long = new $util.Long(0, 0, true);
                    object.ttlMs = options.longs === $String ? long.toString() : options.longs === $Number ? long.toNumber() : typeof $BigInt !== "undefined" && options.longs === $BigInt ? long.toBigInt() : long;
                } else
                    object.ttlMs = options.longs === $String ? "0" : typeof $BigInt !== "undefined" && options.longs === $BigInt ? $BigInt("0") : 0;
                object.parentCversion = 0;
                object.withStat = false;
            }
            if (message.path != null && $Object.hasOwnProperty.call(message, "path"))
                object.path = message.path;
            if (message.data != null && $Object.hasOwnProperty.call(message, "data"))
                object.data = options.bytes === $String ? $util.base64.encode(message.data, 0, message.data.length) : options.bytes === $Array ? $Array.prototype.slice.call(message.data) : message.data;
            if (message.acl != null && $Object.hasOwnProperty.call(message, "acl"))
                object.acl = options.bytes === $String ? $util.base64.encode(message.acl, 0, message.acl.length) : options.bytes === $Array ? $Array.prototype.slice.call(message.acl) : message.acl;
            if (message.kind != null && $Object.hasOwnProperty.call(message, "kind"))
                object.kind = options.enums === $String ? $root.rookery.NodeKind[message.kind] === $undefined ? message.kind : $root.rookery.NodeKind[message.kind] : message.kind;
            if (message.ttlMs != null && $Object.hasOwnProperty.call(message, "ttlMs"))
                if (typeof $BigInt !== "undefined" && options.longs === $BigInt)
                    object.ttlMs = typeof message.ttlMs === "number" ? $BigInt(message.ttlMs) : $util.Long.fromBits(message.ttlMs.low >>> 0, message.ttlMs.high >>> 0, true).toBigInt();
                else if (typeof message.ttlMs === "number")
                    object.ttlMs = options.longs === $String ? $String(message.ttlMs) : message.ttlMs;
                else
                    object.ttlMs = options.longs === $String ? $util.Long.prototype.toString.call(message.ttlMs) : options.longs === $Number ? new $util.LongBits(message.ttlMs.low >>> 0, message.ttlMs.high >>> 0).toNumber(true) : message.ttlMs;
            if (message.parentCversion != null && $Object.hasOwnProperty.call(message, "parentCversion"))
                object.parentCversion = message.parentCversion;
            if (message.withStat != null && $Object.hasOwnProperty.call(message, "withStat"))
                object.withStat = message.withStat;
            return object;
        };

        /**
         * Converts this Create to JSON.
         * @function toJSON
         * @memberof rookery.Create
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Create.prototype.toJSON = function() {
            return Create.toObject(this, $protobuf.util.toJSONOptions);
        };

        return Create;
    })();

    rookery.Delete = (function() {

        /**
         * Properties of a Delete.
         * @typedef {Object} rookery.Delete.$Properties
         * @property {string|null} [path] Delete path
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Delete.
         * @memberof rookery
         * @interface IDelete
         * @augments rookery.Delete.$Properties
         * @deprecated Use rookery.Delete.$Properties instead.
         */

        /**
         * Shape of a Delete.
         * @typedef {rookery.Delete.$Properties} rookery.Delete.$Shape
         */

        /**
         * Constructs a new Delete.
         * @memberof rookery
         * @classdesc Represents a Delete.
         * @constructor
         * @param {rookery.Delete.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Delete = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Delete path.
         * @member {string} path
         * @memberof rookery.Delete
         * @instance
         */
        Delete.prototype.path = "";

        /**
         * Creates a new Delete instance using the specified properties.
         * @function create
         * @memberof rookery.Delete
         * @static
         * @param {rookery.Delete.$Properties=} [properties] Properties to set
         * @returns {rookery.Delete} Delete instance
         * @type {{
         *   (properties: rookery.Delete.$Shape): rookery.Delete & rookery.Delete.$Shape;
         *   (properties?: rookery.Delete.$Properties): rookery.Delete;
         * }}
         */
        Delete.create = function(properties) {
            return new Delete(properties);
        };

        /**
         * Encodes the specified Delete message. Does not implicitly {@link rookery.Delete.verify|verify} messages.
         * @function encode
         * @memberof rookery.Delete
         * @static
         * @param {rookery.Delete.$Properties} message Delete message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Delete.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.path);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Delete message from the specified reader or buffer.
         * @function decode
         * @memberof rookery.Delete
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {rookery.Delete & rookery.Delete.$Shape} Delete
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Delete.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.rookery.Delete();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.path = value;
                        else
                            delete message.path;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Creates a Delete message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof rookery.Delete
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {rookery.Delete} Delete
         */
        Delete.fromObject = function (object, _depth) {
            if (object instanceof $root.rookery.Delete)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".rookery.Delete: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.rookery.Delete();
            if (object.path != null)
                if (typeof object.path !== "string" || object.path.length)
                    message.path = $String(object.path);
            return message;
        };

        /**
         * Creates a plain object from a Delete message. Also converts values to other types if specified.
         * @function toObject
         * @memberof rookery.Delete
         * @static
         * @param {rookery.Delete} message Delete
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Delete.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults)
                object.path = "";
            if (message.path != null && $Object.hasOwnProperty.call(message, "path"))
                object.path = message.path;
            return object;
        };

        /**
         * Converts this Delete to JSON.
         * @function toJSON
         * @memberof rookery.Delete
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Delete.prototype.toJSON = function() {
            return Delete.toObject(this, $protobuf.util.toJSONOptions);
        };

        return Delete;
    })();

    rookery.SetData = (function() {

        /**
         * Properties of a SetData.
         * @typedef {Object} rookery.SetData.$Properties
         * @property {string|null} [path] SetData path
         * @property {Uint8Array|null} [data] SetData data
         * @property {number|null} [version] SetData version
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a SetData.
         * @memberof rookery
         * @interface ISetData
         * @augments rookery.SetData.$Properties
         * @deprecated Use rookery.SetData.$Properties instead.
         */

        /**
         * Shape of a SetData.
         * @typedef {rookery.SetData.$Properties} rookery.SetData.$Shape
         */

        /**
         * Constructs a new SetData.
         * @memberof rookery
         * @classdesc Represents a SetData.
         * @constructor
         * @param {rookery.SetData.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const SetData = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * SetData path.
         * @member {string} path
         * @memberof rookery.SetData
         * @instance
         */
        SetData.prototype.path = "";

        /**
         * SetData data.
         * @member {Uint8Array|null|undefined} data
         * @memberof rookery.SetData
         * @instance
         */
        SetData.prototype.data = null;

        /**
         * SetData version.
         * @member {number} version
         * @memberof rookery.SetData
         * @instance
         */
        SetData.prototype.version = 0;

        // OneOf field names bound to virtual getters and setters
        let $oneOfFields;

        // Virtual OneOf for proto3 optional field
        $Object.defineProperty(SetData.prototype, "_data", {
            get: $util.oneOfGetter($oneOfFields = ["data"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        /**
         * Creates a new SetData instance using the specified properties.
         * @function create
         * @memberof rookery.SetData
         * @static
         * @param {rookery.SetData.$Properties=} [properties] Properties to set
         * @returns {rookery.SetData} SetData instance
         * @type {{
         *   (properties: rookery.SetData.$Shape): rookery.SetData & rookery.SetData.$Shape;
         *   (properties?: rookery.SetData.$Properties): rookery.SetData;
         * }}
         */
        SetData.create = function(properties) {
            return new SetData(properties);
        };

        /**
         * Encodes the specified SetData message. Does not implicitly {@link rookery.SetData.verify|verify} messages.
         * @function encode
         * @memberof rookery.SetData
         * @static
         * @param {rookery.SetData.$Properties} message SetData message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        SetData.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.path);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data"))
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.data);
            if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).sint32(message.version);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a SetData message from the specified reader or buffer.
         * @function decode
         * @memberof rookery.SetData
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {rookery.SetData & rookery.SetData.$Shape} SetData
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        SetData.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.rookery.SetData();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.path = value;
                        else
                            delete message.path;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message.data = reader.bytes();
                        message._data = "data";
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.sint32())
                            message.version = value;
                        else
                            delete message.version;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Creates a SetData message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof rookery.SetData
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {rookery.SetData} SetData
         */
        SetData.fromObject = function (object, _depth) {
            if (object instanceof $root.rookery.SetData)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".rookery.SetData: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.rookery.SetData();
            if (object.path != null)
                if (typeof object.path !== "string" || object.path.length)
                    message.path = $String(object.path);
            if (object.data != null)
                if (typeof object.data === "string")
                    $util.base64.decode(object.data, message.data = $util.newBuffer($util.base64.length(object.data)), 0);
                else if (object.data.length >= 0)
                    message.data = object.data;
            if (object.version != null)
                if ($Number(object.version) !== 0)
                    message.version = object.version | 0;
            return message;
        };

        /**
         * Creates a plain object from a SetData message. Also converts values to other types if specified.
         * @function toObject
         * @memberof rookery.SetData
         * @static
         * @param {rookery.SetData} message SetData
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        SetData.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults) {
                object.path = "";
                object.version = 0;
            }
            if (message.path != null && $Object.hasOwnProperty.call(message, "path"))
                object.path = message.path;
            if (message.data != null && $Object.hasOwnProperty.call(message, "data"))
                object.data = options.bytes === $String ? $util.base64.encode(message.data, 0, message.data.length) : options.bytes === $Array ? $Array.prototype.slice.call(message.data) : message.data;
            if (message.version != null && $Object.hasOwnProperty.call(message, "version"))
                object.version = message.version;
            return object;
        };

        /**
         * Converts this SetData to JSON.
         * @function toJSON
         * @memberof rookery.SetData
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        SetData.prototype.toJSON = function() {
            return SetData.toObject(this, $protobuf.util.toJSONOptions);
        };

        return SetData;
    })();

    rookery.SetAcl = (function() {

        /**
         * Properties of a SetAcl.
         * @typedef {Object} rookery.SetAcl.$Properties
         * @property {string|null} [path] SetAcl path
         * @property {Uint8Array|null} [acl] SetAcl acl
         * @property {number|null} [aversion] SetAcl aversion
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a SetAcl.
         * @memberof rookery
         * @interface ISetAcl
         * @augments rookery.SetAcl.$Properties
         * @deprecated Use rookery.SetAcl.$Properties instead.
         */

        /**
         * Shape of a SetAcl.
         * @typedef {rookery.SetAcl.$Properties} rookery.SetAcl.$Shape
         */

        /**
         * Constructs a new SetAcl.
         * @memberof rookery
         * @classdesc Represents a SetAcl.
         * @constructor
         * @param {rookery.SetAcl.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const SetAcl = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * SetAcl path.
         * @member {string} path
         * @memberof rookery.SetAcl
         * @instance
         */
        SetAcl.prototype.path = "";

        /**
         * SetAcl acl.
         * @member {Uint8Array} acl
         * @memberof rookery.SetAcl
         * @instance
         */
        SetAcl.prototype.acl = $util.newBuffer([]);

        /**
         * SetAcl aversion.
         * @member {number} aversion
         * @memberof rookery.SetAcl
         * @instance
         */
        SetAcl.prototype.aversion = 0;

        /**
         * Creates a new SetAcl instance using the specified properties.
         * @function create
         * @memberof rookery.SetAcl
         * @static
         * @param {rookery.SetAcl.$Properties=} [properties] Properties to set
         * @returns {rookery.SetAcl} SetAcl instance
         * @type {{
         *   (properties: rookery.SetAcl.$Shape): rookery.SetAcl & rookery.SetAcl.$Shape;
         *   (properties?: rookery.SetAcl.$Properties): rookery.SetAcl;
         * }}
         */
        SetAcl.create = function(properties) {
            return new SetAcl(properties);
        };

        /**
         * Encodes the specified SetAcl message. Does not implicitly {@link rookery.SetAcl.verify|verify} messages.
         * @function encode
         * @memberof rookery.SetAcl
         * @static
         * @param {rookery.SetAcl.$Properties} message SetAcl message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        SetAcl.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                writer.uint32(/* id 1, wireType 2 =*/10).string(message.path);
            if (message.acl != null && $Object.hasOwnProperty.call(message, "acl") && message.acl.length)
                writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.acl);
            if (message.aversion != null && $Object.hasOwnProperty.call(message, "aversion") && message.aversion !== 0)
                writer.uint32(/* id 3, wireType 0 =*/24).sint32(message.aversion);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a SetAcl message from the specified reader or buffer.
         * @function decode
         * @memberof rookery.SetAcl
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {rookery.SetAcl & rookery.SetAcl.$Shape} SetAcl
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        SetAcl.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.rookery.SetAcl();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.path = value;
                        else
                            delete message.path;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.acl = value;
                        else
                            delete message.acl;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.sint32())
                            message.aversion = value;
                        else
                            delete message.aversion;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Creates a SetAcl message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof rookery.SetAcl
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {rookery.SetAcl} SetAcl
         */
        SetAcl.fromObject = function (object, _depth) {
            if (object instanceof $root.rookery.SetAcl)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".rookery.SetAcl: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.rookery.SetAcl();
            if (object.path != null)
                if (typeof object.path !== "string" || object.path.length)
                    message.path = $String(object.path);
            if (object.acl != null)
                if (object.acl.length)
                    if (typeof object.acl === "string")
                        $util.base64.decode(object.acl, message.acl = $util.newBuffer($util.base64.length(object.acl)), 0);
                    else if (object.acl.length >= 0)
                        message.acl = object.acl;
            if (object.aversion != null)
                if ($Number(object.aversion) !== 0)
                    message.aversion = object.aversion | 0;
            return message;
        };

        /**
         * Creates a plain object from a SetAcl message. Also converts values to other types if specified.
         * @function toObject
         * @memberof rookery.SetAcl
         * @static
         * @param {rookery.SetAcl} message SetAcl
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        SetAcl.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults) {
                object.path = "";
                if (options.bytes === $String)
                    object.acl = "";
                else {
                    object.acl = [];
                    if (options.bytes !== $Array)
                        object.acl = $util.newBuffer(object.acl);
                }
                object.aversion = 0;
            }
            if (message.path != null && $Object.hasOwnProperty.call(message, "path"))
                object.path = message.path;
            if (message.acl != null && $Object.hasOwnProperty.call(message, "acl"))
                object.acl = options.bytes === $String ? $util.base64.encode(message.acl, 0, message.acl.length) : options.bytes === $Array ? $Array.prototype.slice.call(message.acl) : message.acl;
            if (message.aversion != null && $Object.hasOwnProperty.call(message, "aversion"))
                object.aversion = message.aversion;
            return object;
        };

        /**
         * Converts this SetAcl to JSON.
         * @function toJSON
         * @memberof rookery.SetAcl
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        SetAcl.prototype.toJSON = function() {
            return SetAcl.toObject(this, $protobuf.util.toJSONOptions);
        };

        return SetAcl;
    })();

    rookery.CreateSession = (function() {

        /**
         * Properties of a CreateSession.
         * @typedef {Object} rookery.CreateSession.$Properties
         * @property {number|null} [timeoutMs] CreateSession timeoutMs
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a CreateSession.
         * @memberof rookery
         * @interface ICreateSession
         * @augments rookery.CreateSession.$Properties
         * @deprecated Use rookery.CreateSession.$Properties instead.
         */

        /**
         * Shape of a CreateSession.
         * @typedef {rookery.CreateSession.$Properties} rookery.CreateSession.$Shape
         */

        /**
         * Constructs a new CreateSession.
         * @memberof rookery
         * @classdesc Represents a CreateSession.
         * @constructor
         * @param {rookery.CreateSession.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const CreateSession = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * CreateSession timeoutMs.
         * @member {number} timeoutMs
         * @memberof rookery.CreateSession
         * @instance
         */
        CreateSession.prototype.timeoutMs = 0;

        /**
         * Creates a new CreateSession instance using the specified properties.
         * @function create
         * @memberof rookery.CreateSession
         * @static
         * @param {rookery.CreateSession.$Properties=} [properties] Properties to set
         * @returns {rookery.CreateSession} CreateSession instance
         * @type {{
         *   (properties: rookery.CreateSession.$Shape): rookery.CreateSession & rookery.CreateSession.$Shape;
         *   (properties?: rookery.CreateSession.$Properties): rookery.CreateSession;
         * }}
         */
        CreateSession.create = function(properties) {
            return new CreateSession(properties);
        };

        /**
         * Encodes the specified CreateSession message. Does not implicitly {@link rookery.CreateSession.verify|verify} messages.
         * @function encode
         * @memberof rookery.CreateSession
         * @static
         * @param {rookery.CreateSession.$Properties} message CreateSession message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        CreateSession.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.timeoutMs != null && $Object.hasOwnProperty.call(message, "timeoutMs") && message.timeoutMs !== 0)
                writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.timeoutMs);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a CreateSession message from the specified reader or buffer.
         * @function decode
         * @memberof rookery.CreateSession
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {rookery.CreateSession & rookery.CreateSession.$Shape} CreateSession
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        CreateSession.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.rookery.CreateSession();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.uint32())
                            message.timeoutMs = value;
                        else
                            delete message.timeoutMs;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Creates a CreateSession message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof rookery.CreateSession
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {rookery.CreateSession} CreateSession
         */
        CreateSession.fromObject = function (object, _depth) {
            if (object instanceof $root.rookery.CreateSession)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".rookery.CreateSession: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.rookery.CreateSession();
            if (object.timeoutMs != null)
                if ($Number(object.timeoutMs) !== 0)
                    message.timeoutMs = object.timeoutMs >>> 0;
            return message;
        };

        /**
         * Creates a plain object from a CreateSession message. Also converts values to other types if specified.
         * @function toObject
         * @memberof rookery.CreateSession
         * @static
         * @param {rookery.CreateSession} message CreateSession
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        CreateSession.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.defaults)
                object.timeoutMs = 0;
            if (message.timeoutMs != null && $Object.hasOwnProperty.call(message, "timeoutMs"))
                object.timeoutMs = message.timeoutMs;
            return object;
        };

        /**
         * Converts this CreateSession to JSON.
         * @function toJSON
         * @memberof rookery.CreateSession
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        CreateSession.prototype.toJSON = function() {
            return CreateSession.toObject(this, $protobuf.util.toJSONOptions);
        };

        return CreateSession;
    })();

    rookery.CloseSession = (function() {

        /**
         * Properties of a CloseSession.
         * @typedef {Object} rookery.CloseSession.$Properties
         * @property {Array.<string>|null} [paths] CloseSession paths
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a CloseSession.
         * @memberof rookery
         * @interface ICloseSession
         * @augments rookery.CloseSession.$Properties
         * @deprecated Use rookery.CloseSession.$Properties instead.
         */

        /**
         * Shape of a CloseSession.
         * @typedef {rookery.CloseSession.$Properties} rookery.CloseSession.$Shape
         */

        /**
         * Constructs a new CloseSession.
         * @memberof rookery
         * @classdesc Represents a CloseSession.
         * @constructor
         * @param {rookery.CloseSession.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const CloseSession = function (properties) {
            this.paths = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * CloseSession paths.
         * @member {Array.<string>} paths
         * @memberof rookery.CloseSession
         * @instance
         */
        CloseSession.prototype.paths = $util.emptyArray;

        /**
         * Creates a new CloseSession instance using the specified properties.
         * @function create
         * @memberof rookery.CloseSession
         * @static
         * @param {rookery.CloseSession.$Properties=} [properties] Properties to set
         * @returns {rookery.CloseSession} CloseSession instance
         * @type {{
         *   (properties: rookery.CloseSession.$Shape): rookery.CloseSession & rookery.CloseSession.$Shape;
         *   (properties?: rookery.CloseSession.$Properties): rookery.CloseSession;
         * }}
         */
        CloseSession.create = function(properties) {
            return new CloseSession(properties);
        };

        /**
         * Encodes the specified CloseSession message. Does not implicitly {@link rookery.CloseSession.verify|verify} messages.
         * @function encode
         * @memberof rookery.CloseSession
         * @static
         * @param {rookery.CloseSession.$Properties} message CloseSession message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        CloseSession.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.paths != null && message.paths.length)
                for (let i = 0; i < message.paths.length; ++i)
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.paths[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a CloseSession message from the specified reader or buffer.
         * @function decode
         * @memberof rookery.CloseSession
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {rookery.CloseSession & rookery.CloseSession.$Shape} CloseSession
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        CloseSession.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.rookery.CloseSession();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.paths && message.paths.length))
                            message.paths = [];
                        message.paths.push(reader.stringVerify());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Creates a CloseSession message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof rookery.CloseSession
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {rookery.CloseSession} CloseSession
         */
        CloseSession.fromObject = function (object, _depth) {
            if (object instanceof $root.rookery.CloseSession)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".rookery.CloseSession: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.rookery.CloseSession();
            if (object.paths) {
                if (!$Array.isArray(object.paths))
                    throw $TypeError(".rookery.CloseSession.paths: array expected");
                message.paths = $Array(object.paths.length);
                for (let i = 0; i < object.paths.length; ++i)
                    message.paths[i] = $String(object.paths[i]);
            }
            return message;
        };

        /**
         * Creates a plain object from a CloseSession message. Also converts values to other types if specified.
         * @function toObject
         * @memberof rookery.CloseSession
         * @static
         * @param {rookery.CloseSession} message CloseSession
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        CloseSession.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.arrays || options.defaults)
                object.paths = [];
            if (message.paths && message.paths.length) {
                object.paths = $Array(message.paths.length);
                for (let j = 0; j < message.paths.length; ++j)
                    object.paths[j] = message.paths[j];
            }
            return object;
        };

        /**
         * Converts this CloseSession to JSON.
         * @function toJSON
         * @memberof rookery.CloseSession
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        CloseSession.prototype.toJSON = function() {
            return CloseSession.toObject(this, $protobuf.util.toJSONOptions);
        };

        return CloseSession;
    })();

    rookery.Multi = (function() {

        /**
         * Properties of a Multi.
         * @typedef {Object} rookery.Multi.$Properties
         * @property {Array.<rookery.Operation.$Properties>|null} [operations] Multi operations
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of a Multi.
         * @memberof rookery
         * @interface IMulti
         * @augments rookery.Multi.$Properties
         * @deprecated Use rookery.Multi.$Properties instead.
         */

        /**
         * Shape of a Multi.
         * @typedef {{
         *   operations?: Array.<rookery.Operation.$Shape>|null;
         *   $unknowns?: Array.<Uint8Array>;
         * }} rookery.Multi.$Shape
         */

        /**
         * Constructs a new Multi.
         * @memberof rookery
         * @classdesc Represents a Multi.
         * @constructor
         * @param {rookery.Multi.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Multi = function (properties) {
            this.operations = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Multi operations.
         * @member {Array.<rookery.Operation.$Properties>} operations
         * @memberof rookery.Multi
         * @instance
         */
        Multi.prototype.operations = $util.emptyArray;

        /**
         * Creates a new Multi instance using the specified properties.
         * @function create
         * @memberof rookery.Multi
         * @static
         * @param {rookery.Multi.$Properties=} [properties] Properties to set
         * @returns {rookery.Multi} Multi instance
         * @type {{
         *   (properties: rookery.Multi.$Shape): rookery.Multi & rookery.Multi.$Shape;
         *   (properties?: rookery.Multi.$Properties): rookery.Multi;
         * }}
         */
        Multi.create = function(properties) {
            return new Multi(properties);
        };

        /**
         * Encodes the specified Multi message. Does not implicitly {@link rookery.Multi.verify|verify} messages.
         * @function encode
         * @memberof rookery.Multi
         * @static
         * @param {rookery.Multi.$Properties} message Multi message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Multi.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.operations != null && message.operations.length)
                for (let i = 0; i < message.operations.length; ++i)
                    $root.rookery.Operation.encode(message.operations[i], writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes a Multi message from the specified reader or buffer.
         * @function decode
         * @memberof rookery.Multi
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {rookery.Multi & rookery.Multi.$Shape} Multi
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Multi.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.rookery.Multi();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.operations && message.operations.length))
                            message.operations = [];
                        message.operations.push($root.rookery.Operation.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Creates a Multi message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof rookery.Multi
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {rookery.Multi} Multi
         */
        Multi.fromObject = function (object, _depth) {
            if (object instanceof $root.rookery.Multi)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".rookery.Multi: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.rookery.Multi();
            if (object.operations) {
                if (!$Array.isArray(object.operations))
                    throw $TypeError(".rookery.Multi.operations: array expected");
                message.operations = $Array(object.operations.length);
                for (let i = 0; i < object.operations.length; ++i) {
                    if (!$util.isObject(object.operations[i]))
                        throw $TypeError(".rookery.Multi.operations: object expected");
                    message.operations[i] = $root.rookery.Operation.fromObject(object.operations[i], _depth + 1);
                }
            }
            return message;
        };

        /**
         * Creates a plain object from a Multi message. Also converts values to other types if specified.
         * @function toObject
         * @memberof rookery.Multi
         * @static
         * @param {rookery.Multi} message Multi
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Multi.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (options.arrays || options.defaults)
                object.operations = [];
            if (message.operations && message.operations.length) {
                object.operations = $Array(message.operations.length);
                for (let j = 0; j < message.operations.length; ++j)
                    object.operations[j] = $root.rookery.Operation.toObject(message.operations[j], options, _depth + 1);
            }
            return object;
        };

        /**
         * Converts this Multi to JSON.
         * @function toJSON
         * @memberof rookery.Multi
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Multi.prototype.toJSON = function() {
            return Multi.toObject(this, $protobuf.util.toJSONOptions);
        };

        return Multi;
    })();

    rookery.Operation = (function() {

        /**
         * Properties of an Operation.
         * @typedef {Object} rookery.Operation.$Properties
         * @property {rookery.Create.$Properties|null} [create] Operation create
         * @property {rookery.Delete.$Properties|null} ["delete"] Operation delete
         * @property {rookery.SetData.$Properties|null} [setData] Operation setData
         * @property {rookery.SetAcl.$Properties|null} [setAcl] Operation setAcl
         * @property {number|null} [failure] Operation failure
         * @property {boolean|null} [check] Operation check
         * @property {"create"|"delete"|"setData"|"setAcl"|"failure"|"check"} [change] Operation change
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */

        /**
         * Properties of an Operation.
         * @memberof rookery
         * @interface IOperation
         * @augments rookery.Operation.$Properties
         * @deprecated Use rookery.Operation.$Properties instead.
         */

        /**
         * Narrowed shape of an Operation.
         * @typedef {{
         *   create?: rookery.Create.$Shape|null;
         *   "delete"?: rookery.Delete.$Shape|null;
         *   setData?: rookery.SetData.$Shape|null;
         *   setAcl?: rookery.SetAcl.$Shape|null;
         *   failure?: number|null;
         *   check?: boolean|null;
         *   $unknowns?: Array.<Uint8Array>;
         * } & (
         *   ({ change?: undefined; create?: null; "delete"?: null; setData?: null; setAcl?: null; failure?: null; check?: null }|{ change?: "create"; create: rookery.Create.$Shape; "delete"?: null; setData?: null; setAcl?: null; failure?: null; check?: null }|{ change?: "delete"; create?: null; "delete": rookery.Delete.$Shape; setData?: null; setAcl?: null; failure?: null; check?: null }|{ change?: "setData"; create?: null; "delete"?: null; setData: rookery.SetData.$Shape; setAcl?: null; failure?: null; check?: null }|{ change?: "setAcl"; create?: null; "delete"?: null; setData?: null; setAcl: rookery.SetAcl.$Shape; failure?: null; check?: null }|{ change?: "failure"; create?: null; "delete"?: null; setData?: null; setAcl?: null; failure: number; check?: null }|{ change?: "check"; create?: null; "delete"?: null; setData?: null; setAcl?: null; failure?: null; check: boolean })
         * )} rookery.Operation.$Shape
         */

        /**
         * Constructs a new Operation.
         * @memberof rookery
         * @classdesc Represents an Operation.
         * @constructor
         * @param {rookery.Operation.$Properties=} [properties] Properties to set
         * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
         */
        const Operation = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        /**
         * Operation create.
         * @member {rookery.Create.$Properties|null|undefined} create
         * @memberof rookery.Operation
         * @instance
         */
        Operation.prototype.create = null;

        /**
         * Operation delete.
         * @member {rookery.Delete.$Properties|null|undefined} delete
         * @memberof rookery.Operation
         * @instance
         */
        Operation.prototype["delete"] = null;

        /**
         * Operation setData.
         * @member {rookery.SetData.$Properties|null|undefined} setData
         * @memberof rookery.Operation
         * @instance
         */
        Operation.prototype.setData = null;

        /**
         * Operation setAcl.
         * @member {rookery.SetAcl.$Properties|null|undefined} setAcl
         * @memberof rookery.Operation
         * @instance
         */
        Operation.prototype.setAcl = null;

        /**
         * Operation failure.
         * @member {number|null|undefined} failure
         * @memberof rookery.Operation
         * @instance
         */
        Operation.prototype.failure = null;

        /**
         * Operation check.
         * @member {boolean|null|undefined} check
         * @memberof rookery.Operation
         * @instance
         */
        Operation.prototype.check = null;

        // OneOf field names bound to virtual getters and setters
        let $oneOfFields;

        /**
         * Operation change.
         * @member {"create"|"delete"|"setData"|"setAcl"|"failure"|"check"|undefined} change
         * @memberof rookery.Operation
         * @instance
         */
        $Object.defineProperty(Operation.prototype, "change", {
            get: $util.oneOfGetter($oneOfFields = ["create", "delete", "setData", "setAcl", "failure", "check"]),
            set: $util.oneOfSetter($oneOfFields)
        });

        /**
         * Creates a new Operation instance using the specified properties.
         * @function create
         * @memberof rookery.Operation
         * @static
         * @param {rookery.Operation.$Properties=} [properties] Properties to set
         * @returns {rookery.Operation} Operation instance
         * @type {{
         *   (properties: rookery.Operation.$Shape): rookery.Operation & rookery.Operation.$Shape;
         *   (properties?: rookery.Operation.$Properties): rookery.Operation;
         * }}
         */
        Operation.create = function(properties) {
            return new Operation(properties);
        };

        /**
         * Encodes the specified Operation message. Does not implicitly {@link rookery.Operation.verify|verify} messages.
         * @function encode
         * @memberof rookery.Operation
         * @static
         * @param {rookery.Operation.$Properties} message Operation message or plain object to encode
         * @param {$protobuf.Writer} [writer] Writer to encode to
         * @returns {$protobuf.Writer} Writer
         */
        Operation.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.create != null && $Object.hasOwnProperty.call(message, "create"))
                $root.rookery.Create.encode(message.create, writer.uint32(/* id 1, wireType 2 =*/10).fork(), _depth + 1).ldelim();
            if (message["delete"] != null && $Object.hasOwnProperty.call(message, "delete"))
                $root.rookery.Delete.encode(message["delete"], writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
            if (message.setData != null && $Object.hasOwnProperty.call(message, "setData"))
                $root.rookery.SetData.encode(message.setData, writer.uint32(/* id 3, wireType 2 =*/26).fork(), _depth + 1).ldelim();
            if (message.setAcl != null && $Object.hasOwnProperty.call(message, "setAcl"))
                $root.rookery.SetAcl.encode(message.setAcl, writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
            if (message.failure != null && $Object.hasOwnProperty.call(message, "failure"))
                writer.uint32(/* id 5, wireType 0 =*/40).sint32(message.failure);
            if (message.check != null && $Object.hasOwnProperty.call(message, "check"))
                writer.uint32(/* id 6, wireType 0 =*/48).bool(message.check);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        /**
         * Decodes an Operation message from the specified reader or buffer.
         * @function decode
         * @memberof rookery.Operation
         * @static
         * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
         * @param {number} [length] Message length if known beforehand
         * @returns {rookery.Operation & rookery.Operation.$Shape} Operation
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        Operation.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.rookery.Operation();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        message.create = $root.rookery.Create.decode(reader, reader.size(), $undefined, _depth + 1, message.create);
                        message.change = "create";
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        message["delete"] = $root.rookery.Delete.decode(reader, reader.size(), $undefined, _depth + 1, message["delete"]);
                        message.change = "delete";
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.setData = $root.rookery.SetData.decode(reader, reader.size(), $undefined, _depth + 1, message.setData);
                        message.change = "setData";
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        message.setAcl = $root.rookery.SetAcl.decode(reader, reader.size(), $undefined, _depth + 1, message.setAcl);
                        message.change = "setAcl";
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        message.failure = reader.sint32();
                        message.change = "failure";
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        message.check = reader.bool();
                        message.change = "check";
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        /**
         * Creates an Operation message from a plain object. Also converts values to their respective internal types.
         * @function fromObject
         * @memberof rookery.Operation
         * @static
         * @param {Object.<string,*>} object Plain object
         * @returns {rookery.Operation} Operation
         */
        Operation.fromObject = function (object, _depth) {
            if (object instanceof $root.rookery.Operation)
                return object;
            if (!$util.isObject(object))
                throw $TypeError(".rookery.Operation: object expected");
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let message = new $root.rookery.Operation();
            if (object.create != null) {
                if (!$util.isObject(object.create))
                    throw $TypeError(".rookery.Operation.create: object expected");
                message.create = $root.rookery.Create.fromObject(object.create, _depth + 1);
            }
            if (object["delete"] != null) {
                if (!$util.isObject(object["delete"]))
                    throw $TypeError(".rookery.Operation.delete: object expected");
                message["delete"] = $root.rookery.Delete.fromObject(object["delete"], _depth + 1);
            }
            if (object.setData != null) {
                if (!$util.isObject(object.setData))
                    throw $TypeError(".rookery.Operation.setData: object expected");
                message.setData = $root.rookery.SetData.fromObject(object.setData, _depth + 1);
            }
            if (object.setAcl != null) {
                if (!$util.isObject(object.setAcl))
                    throw $TypeError(".rookery.Operation.setAcl: object expected");
                message.setAcl = $root.rookery.SetAcl.fromObject(object.setAcl, _depth + 1);
            }
            if (object.failure != null)
                message.failure = object.failure | 0;
            if (object.check != null)
                message.check = $Boolean(object.check);
            return message;
        };

        /**
         * Creates a plain object from an Operation message. Also converts values to other types if specified.
         * @function toObject
         * @memberof rookery.Operation
         * @static
         * @param {rookery.Operation} message Operation
         * @param {$protobuf.IConversionOptions} [options] Conversion options
         * @returns {Object.<string,*>} Plain object
         */
        Operation.toObject = function (message, options, _depth) {
            if (!options)
                options = {};
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            let object = {};
            if (message.create != null && $Object.hasOwnProperty.call(message, "create")) {
                object.create = $root.rookery.Create.toObject(message.create, options, _depth + 1);
                if (options.oneofs)
                    object.change = "create";
            }
            if (message["delete"] != null && $Object.hasOwnProperty.call(message, "delete")) {
                object["delete"] = $root.rookery.Delete.toObject(message["delete"], options, _depth + 1);
                if (options.oneofs)
                    object.change = "delete";
            }
            if (message.setData != null && $Object.hasOwnProperty.call(message, "setData")) {
                object.setData = $root.rookery.SetData.toObject(message.setData, options, _depth + 1);
                if (options.oneofs)
                    object.change = "setData";
            }
            if (message.setAcl != null && $Object.hasOwnProperty.call(message, "setAcl")) {
                object.setAcl = $root.rookery.SetAcl.toObject(message.setAcl, options, _depth + 1);
                if (options.oneofs)
                    object.change = "setAcl";
            }
            if (message.failure != null && $Object.hasOwnProperty.call(message, "failure")) {
                object.failure = message.failure;
                if (options.oneofs)
                    object.change = "failure";
            }
            if (message.check != null && $Object.hasOwnProperty.call(message, "check")) {
                object.check = message.check;
                if (options.oneofs)
                    object.change = "check";
            }
            return object;
        };

        /**
         * Converts this Operation to JSON.
         * @function toJSON
         * @memberof rookery.Operation
         * @instance
         * @returns {Object.<string,*>} JSON object
         */
        Operation.prototype.toJSON = function() {
            return Operation.toObject(this, $protobuf.util.toJSONOptions);
        };

        return Operation;
    })();

    return rookery;
})();

export {
  $root as default
};
