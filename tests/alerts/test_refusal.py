"""A gateway of which nothing is set: what looks like a no is none of those that were sent, all else is believed."""

import pytest

from alerts.channels.base import Answer, Verdict
from alerts.channels.http import Reply
from alerts.channels.sms import Sms, SmsGateway

NOTHING_SET = Sms(SmsGateway("http://127.0.0.1:9/send"))


def judged(body: str) -> Answer:
    return NOTHING_SET._judge(Reply(200, {}, body.encode()))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(
            '{"Message":"x","Code":"isv.BUSINESS_LIMIT_CONTROL"}', "code isv.BUSINESS_LIMIT_CONTROL", id="Aliyun"
        ),
        pytest.param('{"Response":{"Error":{"Code":"AuthFailure","Message":"x"}}}', "", id="Tencent, the request"),
        pytest.param(
            '{"Response":{"SendStatusSet":[{"SerialNo":"","Code":"LimitExceeded.PhoneNumberDailyLimit"}]}}',
            "code LimitExceeded.PhoneNumberDailyLimit",
            id="Tencent, the number",
        ),
        pytest.param('{"result":1016,"errmsg":"x","ext":""}', "code 1016", id="Tencent, old"),
        pytest.param('{"code":"E200041","description":"x","result":[]}', "", id="Huawei"),
        pytest.param('{"http_status_code":200,"code":2,"msg":"x"}', "code 2", id="Yunpian"),
        pytest.param('{"status":"error","code":"251","msg":"x"}', "code error", id="Submail"),
        pytest.param('{"code":"103","msgId":"","errorMsg":"x"}', "code 103", id="Chuanglan"),
        pytest.param('{"error":-20,"msg":"BALANCE_NOT_ENOUGH"}', "code -20", id="Luosimao"),
        pytest.param('{"reason":"x","result":null,"error_code":205402}', "code 205402", id="Juhe"),
        pytest.param(
            '{"message-count":"1","messages":[{"status":"4","error-text":"Bad Credentials"}]}', "code 4", id="Vonage"
        ),
        pytest.param('{"messages":[{"status":{"groupId":5,"groupName":"REJECTED"}}]}', "code REJECTED", id="Infobip"),
        pytest.param('{"messages":[{"accepted":false,"error":"x y","errorCode":108}]}', "", id="Clickatell"),
        pytest.param('{"success":false,"error":"Out of quota"}', "", id="Textbelt"),
        pytest.param('{"type":"error","message":"x"}', "code error", id="MSG91"),
        pytest.param('{"errors":[{"detail":"x"}]}', "", id="a list of errors"),
        pytest.param('{"status":"NOT_SENT"}', "code NOT_SENT", id="words with a not"),
        pytest.param('{"Code":"1380000"}', "", id="never a number that may be a telephone's"),
        pytest.param("<returnsms><returnstatus>Faild</returnstatus></returnsms>", "code Faild", id="XML"),
        pytest.param("30", "code 30", id="a bare code"),
        pytest.param("-1", "code -1", id="a bare minus"),
        pytest.param("ERR: 105", "", id="a bare error"),
        pytest.param("<!DOCTYPE html><html><title>Sign in</title></html>", "", id="a page"),
        pytest.param("[" * 900 + '{"code":7}' + "]" * 900, "code 7", id="deep down"),
    ],
)
def test_what_looks_like_a_no_is_tried_again(body: str, reason: str) -> None:
    assert judged(body) == Answer(Verdict.LATER, reason or "the gateway refuses the message")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        "0",
        "1",
        "OK",
        "202611280001",
        "queued as 77",
        '{"id":"x"}',
        '{"数量":25}',
        "1" * 5000,
        "-" + "1" * 5000,
        '{"code":' + "1" * 5000 + "}",
        "\x00\ud7ff",
        '{"Message":"OK","RequestId":"873043ac","Code":"OK","BizId":"134523^435"}',
        '{"Response":{"SendStatusSet":[{"Fee":1,"Code":"Ok","Message":"send success","IsoCode":"CN"}],"RequestId":"1"}}',
        '{"result":0,"errmsg":"OK","ext":"","sid":"8:x","fee":1}',
        '{"code":"000000","description":"Success","result":[{"smsMsgId":"1","status":"000000"}]}',
        '{"code":0,"msg":"x","count":1,"fee":0.05,"unit":"RMB","mobile":"13800000001","sid":3310228982}',
        '{"status":"success","send_id":"093c0a7df143c087d6cba9cdf0cf3738","fee":1}',
        '{"code":"0","msgId":"17041010383624511","time":"20170410103836","errorMsg":""}',
        '{"error":0,"msg":"ok"}',
        '{"reason":"x","result":{"sid":"1","fee":1,"count":1},"error_code":0}',
        '{"code":200,"msg":"88","obj":1}',
        '{"message-count":"1","messages":[{"to":"447700900000","message-id":"0C","status":"0","network":"23410"}]}',
        '{"sid":"SM1","status":"queued","error_code":null,"error_message":null,"num_media":"0"}',
        '{"messages":[{"status":{"groupId":1,"groupName":"PENDING","id":26,"name":"PENDING_ACCEPTED"}}]}',
        '{"messages":[{"apiMessageId":"1","accepted":true,"to":"1","error":null}]}',
        '{"success":true,"textId":"1","quotaRemaining":40}',
        '{"success":1,"errors":[]}',
        '{"id":"1","state":"Pending","recipients":[{"phoneNumber":"+1","state":"Pending"}]}',
        "<returnsms><returnstatus>Success</returnstatus><message>ok</message></returnsms>",
    ],
)
def test_a_yes_and_what_says_nothing_is_believed(body: str) -> None:
    assert judged(body) == Answer(Verdict.ACCEPTED)
